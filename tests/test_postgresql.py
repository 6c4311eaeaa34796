"""Connections to PostgreSQL: asked once a second whether they live, and replaced when one breaks."""

from collections.abc import Callable

import pytest
from django.db import OperationalError, close_old_connections, connection, transaction

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="about PostgreSQL"),
]
type Clock = dict[str, float]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The seconds that the database wrapper sees."""
    now = {"seconds": 1000.0}
    monkeypatch.setattr("kling_cms.postgresql.base.monotonic", lambda: now["seconds"])
    monkeypatch.setattr(connection, "_asked_at", float("-inf"), raising=False)
    return now


@pytest.fixture
def answer() -> Callable[[], int]:
    """One request: Django looks after its connections, then there is a query."""

    def one() -> int:
        close_old_connections()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 7")
            return int(cursor.fetchone()[0])

    return one


def break_off() -> None:
    """As a server that restarts does it."""
    other = connection.copy("other")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
    other.close()


def test_a_broken_connection_is_replaced_before_anybody_notices(clock: Clock, answer: Callable[[], int]) -> None:
    answer()
    break_off()
    clock["seconds"] += 2
    assert answer() == 7


def test_one_that_breaks_within_a_second_fails_one_request(clock: Clock, answer: Callable[[], int]) -> None:
    for _ in range(2):
        answer()
    break_off()
    with pytest.raises(OperationalError):
        answer()
    assert answer() == 7


def test_none_is_asked_amid_a_transaction(clock: Clock, answer: Callable[[], int]) -> None:
    answer()
    close_old_connections()
    with transaction.atomic():
        clock["seconds"] += 2
    assert answer() == 7


def test_a_connection_is_asked_once_a_second(
    clock: Clock, answer: Callable[[], int], monkeypatch: pytest.MonkeyPatch
) -> None:
    answer()
    asked: list[float] = []

    def is_usable() -> bool:
        asked.append(clock["seconds"])
        return True

    monkeypatch.setattr(connection, "is_usable", is_usable)
    clock["seconds"] = 2000.0
    for _ in range(7):
        answer()
        clock["seconds"] += 0.5
    assert asked == [2000.0, 2001.5, 2003.0]
