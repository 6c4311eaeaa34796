"""What comes of a createTask: every class of answer, sent once, booked once."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from assets.actions.cancel import TooLate, cancel_take
from assets.actions.line import line_stop, start_line
from assets.models import Generation, GenerationState, LineStop, Outcome
from assets.pipeline import clock, steps
from assets.pipeline.account import check_account
from assets.pipeline.outcome import Kind, Verdict
from assets.pipeline.submit import book, claim, mark_sent, refused_in_a_row
from assets.providers.standin import StandIn
from projects.models import Budget, Notification, User
from tests.assets.conftest import Ask
from tests.queue_support import advance, drain

pytestmark = pytest.mark.django_db


def held() -> Decimal:
    return Budget.objects.get().held


def test_an_accepted_take_runs_under_its_task(standin: StandIn, job: Generation) -> None:
    advance(job)
    attempt = job.attempts.get()
    assert job.state == GenerationState.RUNNING
    assert job.task_id == attempt.task_id == standin.accepted[0].task_id
    assert attempt.sent_at
    assert attempt.outcome == Outcome.ACCEPTED


def test_asking_twice_at_once_sends_once(standin: StandIn, job: Generation) -> None:
    stale = steps.job_of(job.pk)
    advance(job)
    assert stale
    assert claim(stale) is None
    assert len(standin.accepted) == 1


@pytest.mark.parametrize("fault", ["429", "455"])
def test_refused_for_now_rests_on_the_same_hold(standin: StandIn, ask: Ask, fault: str) -> None:
    job = advance(ask(f"A boat [kie:{fault}*1]"))
    assert job.state == GenerationState.QUEUED
    assert held() == 55
    assert not standin.accepted
    advance(job)
    assert job.attempts.count() == 1, "it rests first"
    advance(job, after=timedelta(minutes=1))
    assert [attempt.outcome for attempt in job.attempts.all()] == [Outcome.REFUSED, Outcome.ACCEPTED]


def test_nothing_listens_is_refused_for_now(standin: StandIn, job: Generation) -> None:
    standin.stop()
    assert advance(job).state == GenerationState.QUEUED
    assert job.lease_until
    assert job.lease_until > timezone.now()


def test_refused_again_and_again_fails_and_releases(
    standin: StandIn, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "REFUSED_TRIES", 2)
    job = advance(ask("A boat [kie:455]"))
    assert advance(job, after=timedelta(minutes=1)).state == GenerationState.FAILED
    assert held() == 0


def test_an_attempt_that_was_not_refused_begins_the_count_anew(standin: StandIn, ask: Ask) -> None:
    job = advance(advance(ask("A boat [kie:455*1][kie:html*2]")), after=timedelta(minutes=1))
    assert [attempt.outcome for attempt in job.attempts.all()] == [Outcome.REFUSED, Outcome.UNKNOWN]
    assert refused_in_a_row(job) == 0


@pytest.mark.parametrize(
    ("fault", "failure"),
    [("422", "invalid_input"), ("400", "invalid_input"), ("validation-500", "invalid_input"), ("505", "provider")],
)
def test_refused_for_good_fails_and_releases(standin: StandIn, ask: Ask, fault: str, failure: str) -> None:
    job = advance(ask(f"A boat [kie:{fault}]"))
    assert f"{job.state} {job.failure_class} {job.charged:.0f}" == f"failed {failure} 0"
    assert held() == 0
    assert Notification.objects.get(user=job.take.created_by).kind == "failed"


@pytest.mark.parametrize(("fault", "reason"), [("401", "key"), ("402", "credits"), ("433", "cap")])
def test_a_stop_holds_everything_back(standin: StandIn, ask: Ask, alice: User, fault: str, reason: str) -> None:
    first, second = ask(f"A boat [kie:{fault}*1]"), ask("Another boat")
    advance(first)
    advance(second)
    stop = line_stop()
    assert stop
    assert stop.reason == reason
    assert [first.state, second.state] == ["queued", "queued"]
    assert second.attempts.count() == 0
    assert held() == 110
    assert Notification.objects.filter(user=alice).count() == 1


def test_a_person_starts_the_line_again(standin: StandIn, ask: Ask, alice: User) -> None:
    job = advance(ask("A boat [kie:433*1]"))
    assert start_line(by=alice, organisation=job.organisation) == 1
    assert advance(job).state == GenerationState.RUNNING


def test_a_line_that_stops_again_at_once_is_no_news(standin: StandIn, ask: Ask, alice: User) -> None:
    job = advance(ask("A boat [kie:401*2]"))
    start_line(by=alice, organisation=job.organisation)
    advance(job)
    assert line_stop()
    assert Notification.objects.filter(user=alice).count() == 1


def test_the_line_starts_by_itself_once_credits_have_come(standin: StandIn, ask: Ask) -> None:
    job = advance(ask("A boat [kie:402*1]"))
    drain()
    assert line_stop(), "the balance is what it was when the line stopped"
    LineStop.objects.update(balance=Decimal(10))
    check_account()
    assert line_stop() is None
    assert advance(job).state == GenerationState.RUNNING


@pytest.mark.parametrize(("hours", "state"), [(23, "queued"), (25, "failed")])
def test_a_take_waits_a_day_on_a_stopped_line(standin: StandIn, ask: Ask, hours: int, state: str) -> None:
    job = advance(ask("A boat [kie:402*1]"))
    advance(job, after=timedelta(hours=hours))
    assert job.state == state
    assert held() == (55 if state == "queued" else 0)


@pytest.mark.parametrize("fault", ["no-task-id", "html", "truncated", "reset", "http-500"])
def test_an_unknown_outcome_is_never_sent_again(standin: StandIn, ask: Ask, alice: User, fault: str) -> None:
    job = advance(ask(f"A boat [kie:{fault}*1]"))
    assert job.state == GenerationState.UNKNOWN
    for minutes in (1, 5, 20):
        advance(job, after=timedelta(minutes=minutes))
    assert job.state == GenerationState.NEEDS_ATTENTION
    assert job.attempts.count() == 1
    assert held() == 55
    assert Notification.objects.filter(user=alice, kind="needs_attention").count() == 1


def test_the_evidence_has_the_balance_afterwards(standin: StandIn, ask: Ask) -> None:
    job = advance(advance(ask("A boat [kie:html]")), after=timedelta(minutes=20))
    assert job.attempts.get().balance_after == 10_000 - 55


def test_a_worker_that_died_before_sending_leaves_the_take_queued(standin: StandIn, job: Generation) -> None:
    claim(job)
    assert advance(job).state == GenerationState.SUBMITTING, "its claim still holds"
    assert advance(job, after=timedelta(minutes=3)).state == GenerationState.QUEUED
    assert not standin.accepted


def test_a_worker_that_died_after_sending_leaves_an_unknown_outcome(standin: StandIn, job: Generation) -> None:
    attempt = claim(job)
    assert attempt
    assert mark_sent(attempt)
    assert advance(job, after=timedelta(minutes=3)).state == GenerationState.UNKNOWN
    advance(job, after=timedelta(minutes=20))
    assert not standin.accepted


def test_a_call_that_goes_out_late_has_its_whole_lease(standin: StandIn, job: Generation) -> None:
    attempt = claim(job)
    assert attempt
    with time_machine.travel(timezone.now() + timedelta(seconds=40), tick=True):
        assert mark_sent(attempt)
        job.refresh_from_db()
        assert job.lease_until
        assert job.lease_until > timezone.now() + clock.CALL_LEASE - clock.CALL_SLACK


def test_a_worker_that_wakes_up_late_may_not_send(standin: StandIn, job: Generation) -> None:
    attempt = claim(job)
    advance(job, after=timedelta(minutes=3))
    assert attempt
    assert not mark_sent(attempt)


def test_an_answer_that_comes_after_the_claim_is_adopted(standin: StandIn, job: Generation) -> None:
    attempt = claim(job)
    assert attempt
    assert mark_sent(attempt)
    advance(job, after=timedelta(minutes=3))
    book(job, attempt, Verdict(Kind.ACCEPTED, "Accepted", task_id="task_late"))
    job.refresh_from_db()
    assert (job.state, job.task_id) == (GenerationState.RUNNING, "task_late")


def test_a_task_is_booked_on_one_attempt_only(standin: StandIn, ask: Ask) -> None:
    first, second = advance(ask("A boat")), ask("Another")
    attempt = claim(second)
    assert attempt
    assert mark_sent(attempt)
    book(second, attempt, Verdict(Kind.ACCEPTED, "Accepted", task_id=first.task_id))
    second.refresh_from_db()
    assert (second.state, second.task_id) == (GenerationState.UNKNOWN, "")


def test_the_callback_address_carries_the_token(standin: StandIn, job: Generation, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://cms.example.com"
    advance(job)
    token = job.attempts.get().token
    assert len(token) == 32
    assert standin.accepted[0].callback_url == f"https://cms.example.com/webhooks/kie/{token}/"


def test_a_queued_take_can_be_cancelled(job: Generation, carl: User) -> None:
    cancel_take(by=carl, generation=job)
    job.refresh_from_db()
    assert job.state == GenerationState.CANCELLED
    assert held() == 0
    assert [move.by for move in job.moves.filter(new="cancelled")] == [carl]


def test_a_cancelled_take_is_never_sent(standin: StandIn, job: Generation, carl: User) -> None:
    cancel_take(by=carl, generation=job)
    drain()
    assert not standin.accepted


def test_a_claimed_take_cannot_be_cancelled(job: Generation, carl: User) -> None:
    claim(job)
    with pytest.raises(TooLate, match="will be charged"):
        cancel_take(by=carl, generation=job)
    assert held() == 55
