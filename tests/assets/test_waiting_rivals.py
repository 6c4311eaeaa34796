"""Takes that wait are ended while other takes of their shots come to an end by themselves."""

from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from django.db import connection

from assets.actions.charges import book_charge
from assets.actions.moves import move
from assets.actions.waiting import end_waiting
from assets.models import FailureClass, Generation, GenerationState, LineStop, Shot, StopReason, Take
from assets.pipeline.settle import fail
from kling_cms.invariants import check
from projects.models import User
from tests.assets.conftest import Ask
from tests.factories import ShotFactory
from tests.rivals import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def until_somebody_waits(patience: int = 20_000) -> None:
    """Until another connection to this database waits for a lock. Raises TimeoutError."""
    with connection.cursor() as cursor:
        for _ in range(patience):
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone() != (0,):
                return
    raise TimeoutError("Nobody waits for a lock.")


@pytest.fixture
def ending(ask: Ask, shot: Shot) -> Generation:
    """A job under way in a second shot, where another one waits; the oldest that waits is in the first shot."""
    other = ShotFactory.create(project=shot.project, number=2)
    jobs = [ask(prompt) for prompt in ("The oldest", "Its rival's neighbour", "Under way")]
    Take.objects.filter(generation__in=jobs[1:]).update(shot=other)
    LineStop.objects.create(reason=StopReason.CREDITS, text="Credits insufficient")
    under_way = Generation.objects.select_related("take").get(pk=jobs[2].pk)
    for state in (GenerationState.SUBMITTING, GenerationState.RUNNING, GenerationState.FETCHING):
        move(under_way, state)
    return under_way


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_waiting_takes_end_beside_a_job_that_ends(
    ending: Generation, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    holds_its_shot = Event()

    def book_when_the_other_waits(*booked: Any) -> None:
        holds_its_shot.set()
        until_somebody_waits()
        book_charge(*booked)

    def end_the_waiting() -> bool:
        assert holds_its_shot.wait(30)
        return end_waiting(by=alice, organisation=ending.organisation) == 2

    monkeypatch.setattr("assets.pipeline.settle.book_charge", book_when_the_other_waits)
    ended = at_once([lambda: fail(ending, FailureClass.PROVIDER, "No", charged=Decimal(0)), end_the_waiting])
    assert ended == [True, True]
    assert [finding for finding in check() if finding.rows] == []
