"""End takes that wait on a stopped line: nothing was sent for them, so their holds go back."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from assets.actions.charges import book_charge
from assets.actions.line import failure_of
from assets.actions.moves import move
from assets.models import Generation, GenerationState, LineStop, Shot, Take
from assets.models.generation import GenerationQuerySet
from projects.access import member_for, require
from projects.actions.audit import log
from projects.actions.notify import tell
from projects.errors import Refused
from projects.models import NotificationKind, Organisation, User
from projects.roles import Right

AT_ONCE = 100
UNCHANGED = "Nothing has changed."


def waiting_takes(organisation: Organisation, model: str = "") -> GenerationQuerySet:
    """The organisation's jobs that nobody has begun to send: all, or those of a model."""
    waiting = Generation.objects.filter(organisation=organisation, state=GenerationState.QUEUED)
    return waiting.filter(take__model=model) if model else waiting


def stops_with_waiting(organisation: Organisation) -> QuerySet[LineStop]:
    """The open stops, each with how many of the organisation's takes wait on it as `waiting`. One query."""
    every = waiting_takes(organisation).order_by().values("state").annotate(number=Count("pk")).values("number")
    of_model = Subquery(every.filter(take__model=OuterRef("model")))
    number = Coalesce(Case(When(model="", then=Subquery(every)), default=of_model), 0)
    return LineStop.objects.open().annotate(waiting=number).order_by("model", "created_at")


@transaction.atomic
def end_waiting(*, by: User, organisation: Organisation, model: str = "") -> int:
    """End up to `AT_ONCE` takes of the organisation that wait on the stopped line, or on a closed model, oldest first.

    Returns how many were ended. Raises Refused while they are being sent: then nothing waits for a person.
    """
    require(member_for(by, organisation.pk), Right.RESOLVE_ATTENTION)
    stop = LineStop.objects.open().filter(model=model).order_by("created_at").first()
    if stop is None:
        raise Refused(f"The {'model is open' if model else 'line runs'} again, so no take waits on it. {UNCHANGED}")
    waiting = waiting_takes(organisation, model)
    oldest = waiting.select_related("take__shot", "take__created_by").order_by("created_at", "pk")[:AT_ONCE]
    _lock(jobs := list(oldest))
    ended = [job.take for job in jobs if _end(job, by, stop)]
    if ended:
        _say(ended, by, organisation, stop)
    return len(ended)


def _lock(jobs: list[Generation]) -> None:
    """All jobs, then all their shots, before the first budget: whoever ends one of them locks in this order, too."""
    for rows in (
        Generation.objects.filter(pk__in=[job.pk for job in jobs]),
        Shot.objects.filter(pk__in={job.take.shot_id for job in jobs}),
    ):
        list(rows.select_for_update().order_by("pk").values_list("pk"))


def _end(job: Generation, by: User, stop: LineStop) -> bool:
    text = f"{stop}, and {by} ended the waiting takes. Nothing was sent."
    fields: dict[str, Any] = {
        "failure_class": failure_of(stop),
        "failure_text": text,
        "charged": Decimal(0),
    }
    if not move(job, GenerationState.FAILED, by=by, why=text, **fields):
        return False
    book_charge(job, Decimal(0))
    return True


def _say(ended: list[Take], by: User, organisation: Organisation, stop: LineStop) -> None:
    """One row in the log, and one message to each person whose takes they were."""
    changes = {"takes": (0, len(ended))}
    log(organisation=organisation, by=by, verb="ended the waiting takes", target=stop, changes=changes)
    for person in {take.created_by for take in ended}:
        own = [take for take in ended if take.created_by_id == person.pk]
        first = own[0] if len(own) == 1 else f"{len(own)} takes"
        tell(
            users=[person],
            organisation=organisation,
            kind=NotificationKind.FAILED,
            text=f"{first}: not sent. {stop}. Nothing was charged.",
            path=reverse("take_list", kwargs={"pk": own[0].shot_id}),
        )
