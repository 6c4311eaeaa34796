"""What waits in the queue, and doing it here and now."""

from collections.abc import Callable

import pytest
from django.utils.module_loading import import_string
from django_q.models import OrmQ

type Queued = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def queued(db: None) -> Queued:
    """Reads the queue: (dotted name, id) of each message, oldest first."""

    def read() -> list[tuple[str, str]]:
        tasks = [row.task for row in OrmQ.objects.order_by("id")]
        return [(str(task["func"]), str(task["args"][0])) for task in tasks]

    return read


@pytest.fixture
def work(queued: Queued) -> Callable[[], None]:
    """Does everything that waits in the queue, once."""

    def run() -> None:
        messages = queued()
        OrmQ.objects.all().delete()
        for name, key in messages:
            import_string(name)(key)

    return run
