"""The one door to the queue; the only module (besides `manage.py work`) that knows django-q2.

A message carries a dotted name and one id. It may get lost and may come twice: our rows are the truth, tasks look there
first. Called inside a transaction, the entry appears with the commit and vanishes with a rollback (ORM broker in the
same database).
"""

from typing import Any
from uuid import UUID

from django_q.signals import post_execute_in_worker, pre_execute
from django_q.tasks import async_task

from projects import pulse

MEDIA = "media"


def enqueue(task: str, key: UUID | str, *, cluster: str | None = None) -> None:
    """Ask the workers to call `task` (a dotted name) with `key`; `cluster=MEDIA` for slow work on pictures."""
    options = {"cluster": cluster} if cluster else {}
    async_task(task, str(key), q_options=options)


def _begin(**_: Any) -> None:
    pulse.begin()


def _end(**_: Any) -> None:
    pulse.end()


pre_execute.connect(_begin, dispatch_uid="pulse")
post_execute_in_worker.connect(_end, dispatch_uid="pulse")
