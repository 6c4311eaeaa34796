"""Many workers at one job: the queue may hand the same message to all of them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection

from assets.actions.cancel import cancel_take
from assets.models import Attempt, Clip, Generation, GenerationState
from assets.pipeline import clock, steps
from assets.pipeline.outcome import Verdict
from assets.pipeline.submit import decide
from assets.pipeline.sweep import sweep
from assets.providers.standin import StandIn
from projects.errors import Refused
from projects.models import Budget, LedgerEntry, User
from tests.queue_support import advance, queued

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

RIVALS = 6


def together(act: Callable[[], object]) -> None:
    """The same thing from several threads at once, each with a connection of its own."""

    def one(_: int) -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(RIVALS) as pool:
        list(pool.map(one, range(RIVALS)))


def test_rivals_send_one_request(standin: StandIn, job: Generation) -> None:
    together(lambda: steps.advance(job.pk))
    assert len(standin.accepted) == 1
    assert job.attempts.count() == 1


def test_rivals_book_one_charge(standin: StandIn, job: Generation) -> None:
    advance(job)
    standin.complete()
    together(lambda: steps.advance(job.pk))
    together(lambda: steps.advance(job.pk))
    job.refresh_from_db()
    assert job.state == GenerationState.READY
    assert Budget.objects.get().settled == 55
    assert Clip.objects.count() == 1
    assert LedgerEntry.objects.count() == 2


def test_cancelling_and_sending_have_one_winner(standin: StandIn, job: Generation, carl: User) -> None:
    def cancel_or_send() -> None:
        try:
            cancel_take(by=carl, generation=job)
        except Refused:
            steps.advance(job.pk)

    together(cancel_or_send)
    job.refresh_from_db()
    was_sent = len(standin.accepted) == 1
    assert was_sent != (job.state == GenerationState.CANCELLED)
    assert Budget.objects.get().held == (55 if was_sent else 0)


def test_an_answer_is_booked_although_the_database_stumbles(
    standin: StandIn, job: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumbles = [OperationalError("the connection was lost")]

    def decide_at_last(attempt: Attempt, verdict: Verdict) -> bool:
        if stumbles:
            raise stumbles.pop()
        return decide(attempt, verdict)

    monkeypatch.setattr("assets.pipeline.submit.decide", decide_at_last)
    assert advance(job).state == GenerationState.RUNNING


def test_rival_sweepers_put_a_job_on_the_queue_once(job: Generation) -> None:
    Generation.objects.update(created_at=job.created_at - clock.FRESH)
    before = len(queued())
    together(sweep)
    assert len(queued()) == before + 1
