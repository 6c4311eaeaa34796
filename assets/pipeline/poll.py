"""Poll: ask what became of a task. The backbone; every job finishes without any callback."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from assets.actions.line import stop_line
from assets.actions.moves import move
from assets.models import Attempt, FailureClass, Generation, GenerationState, Outcome
from assets.pipeline import clock
from assets.pipeline.fetch import fetch_under
from assets.pipeline.outcome import Step, failure_class, next_step, stop_reason
from assets.pipeline.provider import kie
from assets.pipeline.rates import asks, take_slot
from assets.pipeline.settle import fail, need_attention, postpone
from assets.pipeline.unknown import is_ours, note_balance
from assets.providers.base import LineStopped, ProviderError, RateLimited, TaskNotFound, TaskRecord
from projects.crash_points import crash_point

ASKED = (GenerationState.RUNNING, GenerationState.NEEDS_ATTENTION)


def poll(job: Generation, *, knocked: Attempt | None = None) -> None:
    """Ask for the job's task and act on the answer; safe to call at any time. `knocked`: whose callback came.

    A job that needs attention is asked for too when its callback comes late, and moves only if the task is over.
    """
    if job.state not in ASKED or not job.task_id or job.result_url:
        return
    if wait := take_slot(asks()):
        postpone_running(job, wait)
        return
    try:
        record = kie().record(job.task_id)
    except ProviderError as error:
        no_record(job, error)
    else:
        crash_point("asked")
        act_on(job, record, knocked)


def act_on(job: Generation, record: TaskRecord, knocked: Attempt | None) -> None:
    """Follow what the record says; what it cost is what it says, too."""
    step = next_step(record)
    if step == Step.WAIT:
        wait_on(job, f"Kie still says “{record.state}”.")
    elif not _may_be_ours(job, record, knocked):
        disown(job, record)
    elif step == Step.FAIL:
        _failed(job, record)
    elif step == Step.EMPTY:
        _empty(job, record)
    else:
        _done(job, record)


def _may_be_ours(job: Generation, record: TaskRecord, knocked: Attempt | None) -> bool:
    """A record without an address proves nothing against us; one with an address must carry a token of this job."""
    if not record.callback_url or (knocked and is_ours(record, knocked)):
        return True
    return any(is_ours(record, attempt) for attempt in job.attempts.only("token"))


def disown(job: Generation, record: TaskRecord) -> None:
    """A task that a person named carries another job's address: let go of it, so that its own job may have it."""
    why = f"Task {record.task_id} carries the callback address of another job."
    with transaction.atomic():
        if job.state == GenerationState.RUNNING and need_attention(job, why, task_id=""):
            job.attempts.filter(task_id=record.task_id).update(task_id="", outcome=Outcome.UNKNOWN)


def _done(job: Generation, record: TaskRecord) -> None:
    """Fetch at once, under a lease taken with the move: if this worker dies, the sweeper comes back after it."""
    now = timezone.now()
    lease = now + clock.FETCH_LEASE
    fields: dict[str, Any] = {
        "result_url": record.result_urls[0],
        "reported": record.credits,
        "done_at": _within(record.completed_at, job, now),
        "lease_until": lease,
        "due_at": lease,
    }
    if move(job, GenerationState.FETCHING, why="Kie is done", **fields):
        crash_point("leased")
        fetch_under(job, lease)


def _within(completed: datetime | None, job: Generation, now: datetime) -> datetime:
    """When the provider was done, by its own clock as far as that fits between our sending and now."""
    earliest = job.submitted_at or now
    return min(max(completed or now, earliest), now)


def _failed(job: Generation, record: TaskRecord) -> None:
    why = "" if record.credits is not None else "Kie named no charge; a failed task is documented as free. "
    text = record.fail_message or "Kie gave no reason."
    Generation.objects.filter(pk=job.pk).update(reported=record.credits)
    fail(job, failure_class(record), text, charged=record.credits or Decimal(0), why=f"{why}Kie failed: {text}")


def _empty(job: Generation, record: TaskRecord) -> None:
    now = timezone.now()
    done = _within(record.completed_at, job, now)
    if now - done < clock.EMPTY_RESULT_GRACE:
        postpone_running(job, now + clock.EMPTY_RESULT_PAUSE)
        return
    charged = job.held if record.credits is None else record.credits
    fail(job, FailureClass.BAD_RESULT, "Kie says the clip is done, but names no file.", charged=charged)


def no_record(job: Generation, error: ProviderError) -> None:
    """No answer about the task: wait, ask again, and hand it to a person when the time is up."""
    if isinstance(error, LineStopped):
        stop_line(stop_reason(error), text=error.message)
    if isinstance(error, TaskNotFound) and age_of(job) > clock.NOT_FOUND_GRACE:
        give_up(job, f"Kie doesn't know task {job.task_id}.")
        return
    pause = error.retry_after if isinstance(error, RateLimited) else None
    wait_on(job, error.message, at_least=timedelta(seconds=pause or 0))


def age_of(job: Generation) -> timedelta:
    """How long the task has been running, as far as we know."""
    return timezone.now() - (job.submitted_at or job.state_since)


def wait_on(job: Generation, said: str, *, at_least: timedelta = timedelta(0)) -> None:
    """Ask again later, or give up when the task has run for too long since it was sent or adopted."""
    waited = timezone.now() - job.state_since
    if waited > clock.RUNNING_DEADLINE:
        give_up(job, f"No end after {int(waited / clock.MINUTE)} minutes. {said}")
        return
    postpone_running(job, timezone.now() + max(pause_after(age_of(job)), at_least))


def pause_after(age: timedelta) -> timedelta:
    """How long until a task of that age is asked for again: often, unless Kie can call us."""
    return clock.poll_pause(age, callback=bool(settings.PUBLIC_URL))


def give_up(job: Generation, why: str) -> None:
    """A running job needs a person; one that needs one already stays as it is."""
    if job.state == GenerationState.RUNNING:
        note_balance(job)
        need_attention(job, why)


def postpone_running(job: Generation, until: datetime) -> None:
    """Ask again at `until`, but never by itself for a job that waits for a person."""
    if job.state == GenerationState.RUNNING:
        postpone(job, until)
