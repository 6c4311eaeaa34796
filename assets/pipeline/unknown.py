"""The outcome of a paid call is unknown: never sent again; a callback may prove a task ours, else a person decides."""

from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assets.actions.moves import move
from assets.actions.strays import stray
from assets.models import Attempt, Generation, GenerationState, Outcome
from assets.pipeline import clock
from assets.pipeline.provider import kie
from assets.pipeline.settle import need_attention, postpone
from assets.providers.base import ProviderError, TaskRecord
from projects.crash_points import crash_point
from projects.queue import enqueue

logger = structlog.get_logger(__name__)
ADVANCE = "assets.tasks.advance"
HEED = "assets.tasks.heed"
ADOPTS = (GenerationState.UNKNOWN, GenerationState.NEEDS_ATTENTION, GenerationState.QUEUED)


def lose_answer(job: Generation, attempt: Attempt, text: str) -> None:
    """Note that the attempt may have left a task behind. A callback that was faster than us is heeded at once."""
    sent = attempt.sent_at or timezone.now()
    until = clock.unknown_until(sent, callback=bool(settings.PUBLIC_URL))
    if move(job, GenerationState.UNKNOWN, why=text, due_at=until):
        attempt.refresh_from_db(fields=["callback_task_id"])
        if attempt.callback_task_id:
            enqueue(HEED, attempt.pk)


def is_ours(record: TaskRecord, attempt: Attempt) -> bool:
    """Whether the record repeats the callback address of this attempt, which nobody else knows."""
    return record.callback_url.endswith(reverse("kie_callback", kwargs={"token": attempt.token}))


def recover(job: Generation) -> None:
    """Look at a job of unknown outcome: adopt what a callback named, or hand it to a person when the time is up."""
    now = timezone.now()
    attempt = job.attempts.order_by("number").last()
    if attempt is None:
        return
    if attempt.callback_task_id and heed_claim(attempt):
        return
    until = clock.unknown_until(attempt.sent_at or attempt.created_at, callback=bool(settings.PUBLIC_URL))
    if now < until:
        postpone(job, min(until, now + 10 * clock.SECOND) if attempt.callback_task_id else until)
        return
    note_balance(job)
    need_attention(job, "Kie's answer was lost, so a task may exist and be charged. It is not sent again by itself.")


def note_balance(job: Generation) -> None:
    """Keep what the account holds now with the last attempt, as evidence for a person; the first reading stays."""
    attempt = job.attempts.order_by("number").last()
    if attempt is None or attempt.balance_after is not None:
        return
    try:
        balance = kie().credit()
    except (ProviderError, ValueError):
        return  # the page says that it was not read
    Attempt.objects.filter(pk=attempt.pk, balance_after=None).update(balance_after=balance)


def heed_claim(attempt: Attempt) -> bool:
    """Ask for the task that a callback named; adopt it if its record proves that it is this attempt's."""
    try:
        record = kie().record(attempt.callback_task_id)
    except ProviderError as error:
        logger.info("claimed task not found", attempt=str(attempt.pk), said=error.message)
        return False
    crash_point("claim-heard")
    if not is_ours(record, attempt):
        logger.warning("claimed task is not ours", attempt=str(attempt.pk), task=attempt.callback_task_id)
        return False
    return adopt(attempt, record.task_id, why="A callback named the task, and its record repeats our address.")


def adopt(attempt: Attempt, task_id: str, *, why: str) -> bool:
    """Book a task that is proven to be this attempt's. False when the task or the attempt is taken already.

    A job that waits to be sent again, as a person asked, follows it instead. One that is over by then keeps its end;
    the task stays booked on the attempt, and is followed and booked beside the job.
    """
    with transaction.atomic():
        job = (
            Generation.objects.select_for_update(of=("self",))
            .select_related("take__shot", "organisation")
            .get(pk=attempt.generation_id)
        )
        if Attempt.objects.filter(task_id=task_id).exists():
            return False
        undecided = Attempt.objects.filter(pk=attempt.pk, task_id="").exclude(outcome=Outcome.ACCEPTED)
        if not undecided.update(outcome=Outcome.ACCEPTED, task_id=task_id):
            return False
        if job.state not in ADOPTS or job.task_id:
            logger.error("a task without a job", generation=str(job.pk), attempt=attempt.number, task=task_id)
            stray(attempt, job.organisation)
            return True
        fields: dict[str, Any] = {"task_id": task_id, "submitted_at": attempt.sent_at, "due_at": timezone.now()}
        if move(job, GenerationState.RUNNING, why=why, **fields):
            enqueue(ADVANCE, job.pk)
        else:  # a worker has begun to send it again
            stray(attempt, job.organisation)
        crash_point("adopting")
    crash_point("adopted")
    return True
