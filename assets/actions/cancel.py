"""Stop a take that has not been sent yet."""

from decimal import Decimal

from django.db import transaction

from assets.actions.charges import book_charge
from assets.actions.moves import move
from assets.models import Generation, GenerationState
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import User
from projects.roles import Right


class TooLate(Refused):
    """The take was sent already, so it runs to its end."""

    def __init__(self) -> None:
        super().__init__(
            "This take is on its way to Kie, so it can't be stopped and will be charged. "
            "It goes on as it was; discard the clip when it is there."
        )


@transaction.atomic
def cancel_take(*, by: User, generation: Generation) -> None:
    """Cancel a queued job and give its hold back; doing it twice changes nothing. Raises TooLate or Refused."""
    job = Generation.objects.select_related("take__shot", "organisation").get(pk=generation.pk)
    require(member_for(by, job.organisation_id), Right.GENERATE)
    if job.state == GenerationState.CANCELLED:
        return
    if job.is_over:
        raise Refused(f"This take is over already ({job.get_state_display().lower()}). Nothing has changed.")
    if job.state != GenerationState.QUEUED or not move(job, GenerationState.CANCELLED, by=by, why="Cancelled in time"):
        raise TooLate
    book_charge(job, Decimal(0))
    log(
        organisation=job.organisation,
        by=by,
        verb="cancelled",
        target=job.take,
        changes={"state": (GenerationState.QUEUED.value, GenerationState.CANCELLED.value)},
    )
