"""The way of a job from queued to ready, against a local Kie.ai: ask, fetch, settle, sweep."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.utils import timezone

from assets.models import Clip, Generation, GenerationState, Shot
from assets.pipeline import clock, steps
from assets.pipeline.sweep import sweep, tidy
from assets.providers.standin import StandIn
from projects.models import Budget, LedgerEntry, Notification, User
from tests.assets.conftest import Ask
from tests.queue_support import advance, drain, queued

pytestmark = pytest.mark.django_db


def charged() -> dict[str, Decimal]:
    budget = Budget.objects.get()
    return {"held": budget.held, "settled": budget.settled, "overrun": budget.overrun}


def finished(standin: StandIn, job: Generation) -> Generation:
    """The job after its task has ended and the queue is quiet."""
    advance(job)
    standin.complete()
    advance(job)
    drain()
    job.refresh_from_db()
    return job


def test_a_take_becomes_a_stored_drawn_clip(standin: StandIn, job: Generation) -> None:
    assert finished(standin, job).state == GenerationState.READY
    drain(media=True)
    clip = Clip.objects.get(take=job.take)
    assert default_storage.size(str(clip.file.name)) == clip.size
    assert clip.poster
    assert clip.proxy


def test_every_move_leaves_a_row(standin: StandIn, job: Generation) -> None:
    finished(standin, job)
    states = [move.new for move in job.moves.all()]
    assert states == ["queued", "submitting", "running", "fetching", "ready"]


def test_a_ready_take_is_charged_what_kie_said(standin: StandIn, job: Generation) -> None:
    assert finished(standin, job).charged == 55
    assert charged() == {"held": 0, "settled": 55, "overrun": 0}


def test_its_shot_is_ready_to_triage(standin: StandIn, job: Generation) -> None:
    finished(standin, job)
    shot = Shot.objects.get(pk=job.take.shot_id)
    assert f"{shot.state} {shot.running} {shot.spent:.0f}" == "triage 0 55"


def test_every_step_again_changes_nothing(standin: StandIn, job: Generation) -> None:
    finished(standin, job)
    for state in ("queued", "running", "fetching"):
        stale = steps.job_of(job.pk)
        assert stale
        stale.state = GenerationState(state)
        steps.STEPS[stale.state](stale)
    assert job.moves.count() == 5
    assert LedgerEntry.objects.count() == 2
    assert len(standin.accepted) == 1


@pytest.mark.parametrize(
    ("fault", "failure"),
    [
        ("fail-provider", "provider"),
        ("moderation", "moderation"),
        ("invalid-input", "invalid_input"),
        ("image-fetch", "provider"),
    ],
)
def test_a_failed_task_is_free_and_says_why(standin: StandIn, ask: Ask, fault: str, failure: str) -> None:
    job = finished(standin, ask(f"A boat [kie:{fault}]"))
    assert f"{job.state} {job.failure_class} {job.charged:.0f}" == f"failed {failure} 0"
    assert job.failure_text
    assert charged() == {"held": 0, "settled": 0, "overrun": 0}


def test_a_failed_task_that_was_charged_is_booked(standin: StandIn, ask: Ask) -> None:
    assert finished(standin, ask("A boat [kie:charged-fail]")).charged == 55
    assert charged() == {"held": 0, "settled": 55, "overrun": 0}


def test_a_charge_above_the_hold_is_booked_and_told(standin: StandIn, ask: Ask, alice: User) -> None:
    job = finished(standin, ask("A boat [kie:overcharge]"))
    assert charged() == {"held": 0, "settled": 110, "overrun": 55}
    assert "110 credits" in Notification.objects.get(user=alice).text
    job.price.refresh_from_db()
    assert job.price.closed_at


def test_a_success_without_a_figure_costs_the_price(standin: StandIn, ask: Ask) -> None:
    assert finished(standin, ask("A boat [kie:no-credits-field]")).charged == 55


def test_a_task_without_end_needs_attention(standin: StandIn, ask: Ask) -> None:
    job = advance(ask("A boat [kie:never]"))
    assert advance(job, after=timedelta(minutes=20)).state == GenerationState.RUNNING
    assert advance(job, after=timedelta(minutes=31)).state == GenerationState.NEEDS_ATTENTION
    assert job.due_at is None


def test_a_record_that_comes_late_is_waited_for(standin: StandIn, ask: Ask) -> None:
    job = advance(ask("A boat [kie:late-record=600]"))
    assert advance(job, after=timedelta(seconds=40)).state == GenerationState.RUNNING
    assert advance(job, after=timedelta(minutes=6)).state == GenerationState.NEEDS_ATTENTION


@pytest.mark.parametrize("fault", ["ask-500", "ask-429", "ask-html"])
def test_a_broken_ask_is_asked_again(standin: StandIn, job: Generation, fault: str) -> None:
    advance(job)
    standin.set_fault(fault)
    assert advance(job).state == GenerationState.RUNNING
    standin.clear_faults()
    standin.complete()
    assert advance(job).state == GenerationState.READY


def test_success_without_a_file_is_a_bad_result(standin: StandIn, ask: Ask) -> None:
    job = advance(ask("A boat [kie:empty-result]"))
    standin.complete()
    assert advance(job).state == GenerationState.RUNNING, "Kie may still add it"
    assert advance(job, after=timedelta(minutes=3)).failure_class == "bad_result"
    assert job.charged == 55


def test_bytes_that_are_no_video_are_a_bad_result(standin: StandIn, ask: Ask) -> None:
    job = finished(standin, ask("A boat [kie:bad-video]"))
    assert job.state == GenerationState.FETCHING, "the host may have had a bad moment"
    advance(job, after=timedelta(minutes=1))
    advance(job, after=timedelta(minutes=2))
    assert f"{job.state} {job.failure_class} {job.charged:.0f}" == "failed bad_result 55"
    assert not Clip.objects.exists()


def test_a_link_that_has_run_out_is_made_fresh(standin: StandIn, ask: Ask) -> None:
    assert finished(standin, ask("A boat [kie:expired]")).state == GenerationState.READY


def test_a_result_that_does_not_come_is_fetched_again_then_given_up(standin: StandIn, ask: Ask) -> None:
    job = finished(standin, ask("A boat [kie:gone]"))
    assert (job.state, job.fetch_tries) == (GenerationState.FETCHING, 1)
    assert advance(job, after=timedelta(minutes=1)).fetch_tries == 2
    assert advance(job, after=clock.FETCH_DEADLINE * 2).state == GenerationState.NEEDS_ATTENTION


def test_a_result_on_a_private_address_is_not_fetched(standin: StandIn, ask: Ask) -> None:
    job = advance(ask("A boat [kie:private-link]"))
    standin.complete()
    assert advance(job).state == GenerationState.NEEDS_ATTENTION


def test_a_worker_that_died_while_fetching_is_replaced_when_its_lease_is_over(
    standin: StandIn, job: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance(job)
    standin.complete()
    with monkeypatch.context() as dying:
        dying.setattr("assets.pipeline.poll.fetch_under", lambda job, lease: None)
        advance(job)
    assert advance(job).state == GenerationState.FETCHING  # nobody else takes it up while the lease holds
    assert not Clip.objects.exists()
    assert advance(job, after=clock.FETCH_LEASE).state == GenerationState.READY


def test_a_step_that_raises_is_logged_and_comes_back(
    standin: StandIn, job: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    advance(job)

    def broken(job: Generation) -> None:
        raise RuntimeError("a mistake")

    monkeypatch.setitem(steps.STEPS, GenerationState.RUNNING, broken)
    assert advance(job).state == GenerationState.RUNNING
    assert advance(job, after=timedelta(hours=25)).state == GenerationState.NEEDS_ATTENTION


def test_the_sweeper_puts_due_jobs_on_the_queue_once(job: Generation) -> None:
    before = queued()
    with time_machine.travel(timezone.now() + clock.FRESH, tick=True):
        assert sweep().jobs == 1
        assert sweep().jobs == 0
    assert queued()[len(before) :] == [("assets.tasks.submit", str(job.pk))]


def test_a_new_job_has_its_own_message(job: Generation) -> None:
    assert sweep().jobs == 0
    assert queued() == [("assets.tasks.submit", str(job.pk))]


def test_a_lost_step_is_put_on_the_queue_again(job: Generation) -> None:
    with time_machine.travel(timezone.now() + clock.FRESH, tick=True):
        sweep()
    with time_machine.travel(timezone.now() + clock.FRESH + clock.REDELIVER, tick=True):
        assert sweep().jobs == 1


def test_the_sweeper_leaves_jobs_alone_that_wait_for_a_person(standin: StandIn, ask: Ask) -> None:
    job = advance(ask("A boat [kie:never]"))
    advance(job, after=timedelta(minutes=31))
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=True):
        assert sweep().jobs == 0


def test_mails_and_drawings_that_got_lost_are_put_on_the_queue_again(standin: StandIn, job: Generation) -> None:
    finished(standin, job)
    Clip.objects.update(poster="")
    with time_machine.travel(timezone.now() + timedelta(minutes=2), tick=True):
        swept = tidy()
    assert swept.drawings == 1
