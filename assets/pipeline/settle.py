"""Ends of a job and what they cost: the move, the ledger and the message stand or fall together."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import structlog
from django.db import transaction
from django.urls import reverse

from assets.actions.charges import book_charge
from assets.actions.line import tell_admins
from assets.actions.moves import move
from assets.models import FailureClass, Generation, GenerationState
from projects.actions.notify import tell
from projects.crash_points import crash_point
from projects.models import NotificationKind, User
from projects.templatetags.house import credits as in_credits

logger = structlog.get_logger(__name__)


def job_page(job: Generation) -> str:
    """The address of the job's page, without the host."""
    return reverse("take_job", kwargs={"pk": job.take_id})


def postpone(job: Generation, until: datetime) -> None:
    """Look again at `until`, if the job still stands where the caller saw it."""
    Generation.objects.filter(pk=job.pk, state=job.state).update(due_at=until)


def fail(
    job: Generation, failure: FailureClass, text: str, *, charged: Decimal, by: User | None = None, why: str = ""
) -> bool:
    """End the job as failed: what was charged is booked, the rest of the hold released, its maker told.

    False when somebody else moved it first; nothing has changed then.
    """
    with transaction.atomic():
        fields: dict[str, Any] = {"failure_class": failure, "failure_text": text[:500], "charged": charged}
        if not move(job, GenerationState.FAILED, by=by, why=why or text, **fields):
            return False
        book_charge(job, charged)
        tell(
            users=[job.take.created_by],
            organisation=job.organisation,
            kind=NotificationKind.FAILED,
            text=f"{job.take}: {failure.label.lower()}. "
            + (f"{in_credits(charged)} were charged." if charged else "Nothing was charged."),
            path=job_page(job),
        )
        crash_point("failing")
    crash_point("failed")
    logger.info("job failed", generation=str(job.pk), failure=failure.value, charged=str(charged))
    return True


def need_attention(job: Generation, why: str, **fields: Any) -> bool:
    """Hand the job to a person: nothing happens to it by itself any more, and the admins are told."""
    with transaction.atomic():
        if not move(job, GenerationState.NEEDS_ATTENTION, why=why, due_at=None, **fields):
            return False
        tell_admins(job.organisation, text=f"{job.take}: {why}", path=reverse("attention_list"))
        crash_point("handing-over")
    logger.warning("job needs attention", generation=str(job.pk), why=why)
    return True
