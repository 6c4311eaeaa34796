"""The queue's own rules: what goes first, and that each message goes to one cluster."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django_q.models import OrmQ
from django_q.signing import SignedPackage

from projects.queue import MEDIA, WatchedQueue, enqueue

pytestmark = pytest.mark.postgres

TASK = "projects.pulse.heartbeat"
type Next = Callable[[], str | None]


@pytest.fixture
def next_of(db: None) -> Callable[[str], Next]:
    """What a cluster gets when it looks at the queue: the key of the message, or None."""

    def of(cluster: str) -> Next:
        def look() -> str | None:
            found = WatchedQueue(cluster).dequeue()
            return SignedPackage.loads(found[0][1])["args"][0] if found else None

        return look

    return of


def test_messages_come_in_the_order_in_which_they_were_sent(next_of: Callable[[str], Next]) -> None:
    for key in ("one", "two", "three"):
        enqueue(TASK, key)
    look = next_of("kling")
    assert [look(), look(), look(), look()] == ["one", "two", "three", None]


def test_what_is_sent_ahead_goes_first(next_of: Callable[[str], Next]) -> None:
    enqueue(TASK, "a clip")
    enqueue(TASK, "a call", ahead=True)
    enqueue(TASK, "another call", ahead=True)
    look = next_of("kling")
    assert [look(), look(), look()] == ["a call", "another call", "a clip"]


def test_what_has_waited_for_some_seconds_no_longer_lets_others_by(next_of: Callable[[str], Next]) -> None:
    with time_machine.travel(timezone.now() - timedelta(seconds=5)):
        enqueue(TASK, "a clip")
    enqueue(TASK, "another clip")
    enqueue(TASK, "a call", ahead=True)
    look = next_of("kling")
    assert [look(), look(), look()] == ["a clip", "a call", "another clip"]


def test_a_message_is_taken_by_one_cluster(next_of: Callable[[str], Next]) -> None:
    enqueue(TASK, "one")
    assert [next_of("kling")(), next_of("kling")()] == ["one", None]


def test_a_cluster_leaves_the_messages_of_another(next_of: Callable[[str], Next]) -> None:
    enqueue(TASK, "a picture", cluster=MEDIA)
    assert next_of("kling")() is None
    assert next_of(MEDIA)() == "a picture"


def test_a_task_that_has_ended_is_gone(next_of: Callable[[str], Next]) -> None:
    enqueue(TASK, "one")
    found = WatchedQueue("kling").dequeue()
    assert found
    WatchedQueue("kling").acknowledge(found[0][0])
    assert not OrmQ.objects.exists()
