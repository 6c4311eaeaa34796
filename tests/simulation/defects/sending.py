"""Mistakes in sending, following and fetching."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime
from typing import Any
from unittest import mock

from django.db import transaction
from django.utils import timezone

from assets.actions import moves
from assets.models import Attempt, Generation, GenerationMove, GenerationState, Outcome
from assets.pipeline import clock, outcome, poll, settle, submit, unknown
from assets.pipeline.outcome import Kind, Verdict
from tests.simulation.defects.patches import always, nothing, patched


def unknown_is_refused() -> AbstractContextManager[object]:
    """A time-out counts as refused, so the call is made again."""

    def verdict(answer: Any) -> Verdict:
        told = outcome.verdict_of(answer)
        return replace(told, kind=Kind.LATER) if told.kind == Kind.UNKNOWN else told

    return patched("assets.pipeline.submit.verdict_of", value=verdict)


def unknown_is_sent_again() -> AbstractContextManager[object]:
    """After the window the machine sends it again instead of asking a person."""

    def need(job: Generation, why: str, **fields: Any) -> bool:
        if job.state != GenerationState.UNKNOWN:
            return settle.need_attention(job, why, **fields)
        due = timezone.now()
        return bool(Generation.objects.filter(pk=job.pk).update(state=GenerationState.QUEUED, due_at=due))

    return patched("assets.pipeline.unknown.need_attention", value=need)


def lost_worker_is_refused() -> AbstractContextManager[object]:
    """A claim that ran out is queued again, although the call may have gone out."""

    def expire(job: Generation) -> None:
        if job.lease_until and job.lease_until > timezone.now():
            return
        Attempt.objects.filter(generation=job, outcome=Outcome.PENDING).update(outcome=Outcome.REFUSED)
        moves.move(job, GenerationState.QUEUED, why="again", due_at=timezone.now())

    return mock.patch.dict("assets.pipeline.steps.STEPS", {GenerationState.SUBMITTING: expire})


def sent_is_not_noted() -> AbstractContextManager[object]:
    """`sent_at` isn't written before the call."""

    def mark(attempt: Attempt) -> bool:
        attempt.sent_at = timezone.now()
        return True

    return patched("assets.pipeline.submit.mark_sent", value=mark)


def move_without_condition() -> AbstractContextManager[object]:
    """A state is written whatever it was."""

    def move(generation: Generation, new: Any, *, by: Any = None, why: str = "", **fields: Any) -> bool:
        old, now = generation.state, timezone.now()
        changes: dict[str, Any] = {"state": new, "state_since": now, "lease_until": None, **fields}
        if new in (GenerationState.READY, GenerationState.FAILED, GenerationState.CANCELLED):
            changes |= {"finished_at": now, "due_at": None}
        with transaction.atomic():
            Generation.objects.filter(pk=generation.pk).update(**changes)
            GenerationMove.objects.create(generation_id=generation.pk, old=old, new=new, by=by, why=why[:300])
        for name, value in changes.items():
            setattr(generation, name, value)
        return True

    users = ("submit", "poll", "fetch", "settle", "unknown")
    return patched("assets.actions.cancel.move", *(f"assets.pipeline.{user}.move" for user in users), value=move)


def sends_after_its_claim() -> AbstractContextManager[object]:
    """A worker that wakes up late sends, although its claim ran out and somebody else decided the attempt."""

    def mark(attempt: Attempt) -> bool:
        attempt.sent_at = timezone.now()
        return bool(Attempt.objects.filter(pk=attempt.pk).update(sent_at=attempt.sent_at))

    return patched("assets.pipeline.submit.mark_sent", value=mark)


def every_task_is_ours() -> AbstractContextManager[object]:
    """The callback's word is taken: nobody compares the record's address."""
    return patched("assets.pipeline.unknown.is_ours", "assets.pipeline.poll.is_ours", value=always(True))


def callback_is_believed() -> AbstractContextManager[object]:
    """A job of unknown outcome follows whatever task the callback names, without asking."""

    def heed(attempt: Attempt) -> bool:
        return unknown.adopt(attempt, attempt.callback_task_id, why="said so")

    return patched("assets.pipeline.unknown.heed_claim", "assets.pipeline.steps.heed_claim", value=heed)


def no_sweeper() -> AbstractContextManager[object]:
    """The queue is trusted: nobody looks at our own rows."""
    return patched("assets.pipeline.sweep.sweep", value=nothing)


def sweeper_forgets_fetching() -> AbstractContextManager[object]:
    """A job that is being fetched is never due again."""

    def lease(job: Generation) -> datetime | None:
        until = timezone.now() + clock.FETCH_LEASE
        mine = Generation.objects.filter(pk=job.pk, state=GenerationState.FETCHING)
        return until if mine.update(lease_until=until, due_at=None) else None

    return patched("assets.pipeline.fetch._lease", value=lease)


def no_polling() -> AbstractContextManager[object]:
    """Only callbacks tell of an end."""
    return patched("assets.pipeline.poll.postpone_running", value=lambda job, until: settle.postpone(job, None))  # type: ignore[arg-type]


def empty_success_waits() -> AbstractContextManager[object]:
    """A success without a result is waited for without end."""
    return patched(
        "assets.pipeline.poll._empty", value=lambda job, record: settle.postpone(job, timezone.now() + clock.HOUR)
    )


def answer_is_not_kept() -> AbstractContextManager[object]:
    """The task's id is kept on the job but not on its attempt."""

    def decide(attempt: Attempt, verdict: Verdict) -> bool:
        return submit_decide(attempt, replace(verdict, task_id="") if verdict.kind == Kind.ACCEPTED else verdict)

    submit_decide = submit.decide
    return patched("assets.pipeline.submit.decide", value=decide)


def result_of_another_task() -> AbstractContextManager[object]:
    """The last address that Kie named is fetched for whoever comes first."""
    seen: list[str] = []

    def done(job: Generation, record: Any) -> None:
        seen.append(record.result_urls[0])
        poll_done(job, replace(record, result_urls=(seen[0],)))

    poll_done = poll._done
    return patched("assets.pipeline.poll._done", value=done)
