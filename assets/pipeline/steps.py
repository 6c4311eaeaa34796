"""Whatever is due on a job, by where it stands now: the one entry for the queue, which may lose, repeat and reorder."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from uuid import UUID

import structlog
from django.utils import timezone

from assets.models import Attempt, Generation, GenerationState, Outcome
from assets.pipeline import clock
from assets.pipeline.fetch import fetch
from assets.pipeline.leave import hand_back, leave
from assets.pipeline.poll import poll
from assets.pipeline.settle import need_attention
from assets.pipeline.strays import heed_stray, is_stray
from assets.pipeline.submit import expire, submit
from assets.pipeline.unknown import heed_claim, recover
from projects.pulse import HandBack, is_stopping, may_leave

logger = structlog.get_logger(__name__)

STEPS: dict[str, Callable[[Generation], None]] = {
    GenerationState.QUEUED: submit,
    GenerationState.SUBMITTING: expire,
    GenerationState.UNKNOWN: recover,
    GenerationState.RUNNING: poll,
    GenerationState.FETCHING: fetch,
}
# Where a step that fails again and again may hand the job to a person.
STUCK = (GenerationState.UNKNOWN, GenerationState.RUNNING, GenerationState.FETCHING)


def job_of(generation_id: UUID | str) -> Generation | None:
    """The job with what every step reads of it; None for one that isn't there. Who needs more asks for it."""
    try:
        return Generation.objects.select_related("take").get(pk=generation_id)
    except Generation.DoesNotExist:
        return None


def advance(generation_id: UUID | str) -> None:
    """Do what is due on a job. Nothing escapes: a mistake is logged, and the sweeper brings the job back."""
    with telling_of(generation_id):
        job = job_of(generation_id)
        step = STEPS.get(job.state) if job else None
        if job is None or step is None:
            return
        try:
            if is_stopping():
                leave(job)
            else:
                _take(step, job)
        except Exception:
            logger.exception("step failed", state=job.state)
            _give_up_stuck(generation_id)


def telling_of(generation_id: UUID | str) -> AbstractContextManager[None]:
    """Whatever is logged meanwhile, by us or by a library, names the job."""
    return structlog.contextvars.bound_contextvars(generation=str(UUID(str(generation_id))))


def _take(step: Callable[[Generation], None], job: Generation) -> None:
    """The step; if this worker is told to leave it, the job is another worker's at once."""
    try:
        # A paid call is never broken off by ourselves: its answer may be known nowhere else.
        with may_leave() if job.state in STUCK else nullcontext():
            step(job)
    except HandBack:
        logger.info("handed back", state=job.state)
        hand_back(job)


def _give_up_stuck(generation_id: UUID | str) -> None:
    job = job_of(generation_id)
    if job and job.state in STUCK and timezone.now() - job.state_since > clock.STUCK_DEADLINE:
        need_attention(job, "This step fails again and again; the log says why.")


def heed(attempt_id: UUID | str) -> None:
    """A callback came for an attempt: look for ourselves. Says nothing by itself, and may come twice, late or never."""
    try:
        attempt = Attempt.objects.select_related("generation__take").get(pk=attempt_id)
    except Attempt.DoesNotExist:
        return
    if attempt.outcome == Outcome.PENDING:
        return  # its answer is on its way; if it gets lost, the claim's end looks at the callback
    with telling_of(attempt.generation_id):
        if attempt.outcome != Outcome.ACCEPTED:
            if attempt.callback_task_id:
                heed_claim(attempt)
            return
        job = attempt.generation
        if is_stray(attempt, job):
            heed_stray(attempt, job)
        else:
            _take(partial(poll, knocked=attempt), job)
