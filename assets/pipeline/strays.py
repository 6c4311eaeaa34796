"""Follow tasks that no job waits for, until their end is known: asked for by the sweeper, and when a callback comes."""

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

import structlog
from django.utils import timezone

from assets.actions.strays import FOLLOW, book_stray, stray
from assets.models import Attempt, FailureClass, Generation, GenerationState, StrayEnd, StrayTask
from assets.pipeline import clock
from assets.pipeline.due import put_due
from assets.pipeline.outcome import Step, next_step
from assets.pipeline.provider import kie
from assets.pipeline.rates import asks, take_slot
from assets.pipeline.unknown import is_ours
from assets.providers.base import ProviderError, TaskNotFound, TaskRecord
from projects.crash_points import crash_point

logger = structlog.get_logger(__name__)
AT_ONCE = 50
FOLLOWED_FOR = 24 * clock.HOUR
SOON, LATER = clock.MINUTE, 15 * clock.MINUTE


def is_stray(attempt: Attempt, job: Generation) -> bool:
    """Whether a job doesn't wait for the task of its attempt: it follows another, or a person ended it unseen."""
    by_person = job.state == GenerationState.FAILED and job.failure_class == FailureClass.UNKNOWN
    return bool(attempt.task_id) and (attempt.task_id != job.task_id or by_person)


def heed_stray(attempt: Attempt, job: Generation) -> None:
    """A callback came for a task that no job waits for: look at once."""
    follow(stray(attempt, job.organisation).pk)


def sweep_strays() -> int:
    """Put those that are due on the queue, each once however many sweepers run; returns how many."""
    now, strays = timezone.now(), StrayTask.objects.open()
    due = strays.filter(due_at__lte=now).order_by("due_at").values_list("pk", "due_at")[:AT_ONCE]
    return sum(put_due(strays, pk, due_at, task=FOLLOW, again=now + clock.REDELIVER) for pk, due_at in due)


def follow(stray_id: UUID | str) -> None:
    """Ask for a stray task and book its end; safe to call at any time."""
    rows = StrayTask.objects.open().select_related("attempt__generation")
    found = rows.filter(pk=stray_id).first()
    if found is None:
        return
    if wait := take_slot(asks()):
        StrayTask.objects.filter(pk=found.pk).update(due_at=wait)
        return
    try:
        record = kie().record(found.attempt.task_id)
    except ProviderError as error:
        _no_record(found, error)
    else:
        crash_point("stray-asked")
        _act_on(found, record)


def _act_on(found: StrayTask, record: TaskRecord) -> None:
    if record.callback_url and not is_ours(record, found.attempt):
        book_stray(found, StrayEnd.ABSENT, charged=Decimal(0))  # a person had named another job's task
    elif (step := next_step(record)) == Step.WAIT:
        _wait(found)
    elif step == Step.FAIL:
        book_stray(found, StrayEnd.FAIL, charged=record.credits or Decimal(0))
    else:
        charged = found.attempt.generation.held if record.credits is None else record.credits
        url = record.result_urls[0] if record.result_urls else ""
        book_stray(found, StrayEnd.SUCCESS, charged=charged, result_url=url)


def _no_record(found: StrayTask, error: ProviderError) -> None:
    logger.info("stray task not read", stray=str(found.pk), said=error.message)
    if isinstance(error, TaskNotFound) and _age(found) > clock.HOUR:
        book_stray(found, StrayEnd.ABSENT, charged=Decimal(0))
    else:
        _wait(found)


def _wait(found: StrayTask) -> None:
    if _age(found) > FOLLOWED_FOR:
        book_stray(found, StrayEnd.ENDLESS, charged=Decimal(0))
        return
    pause = SOON if _age(found) < clock.HOUR else LATER
    StrayTask.objects.filter(pk=found.pk).update(due_at=timezone.now() + pause)


def _age(found: StrayTask) -> timedelta:
    return timezone.now() - found.created_at
