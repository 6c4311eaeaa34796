"""The line to Kie.ai: stopped for everybody by what only a person can put right, started by one or by a good sign."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from assets.models import FailureClass, Generation, GenerationState, LineStop, StopReason
from projects.access import member_for, require
from projects.actions.audit import log
from projects.actions.notify import tell
from projects.models import Member, NotificationKind, Organisation, User
from projects.queue import enqueue
from projects.roles import Right, roles_with

TOLD_AGAIN_AFTER = timedelta(hours=1)
WAITS_FOR_LINE = "Takes wait on their hold until an admin starts the line again."
WAITS_FOR_MODEL = "Its takes wait on their hold and no new one is taken until an admin opens the model again."


def line_stop(model: str = "") -> LineStop | None:
    """The oldest open stop of the line, or of that model, or None while its takes are being submitted. One query."""
    return LineStop.objects.open().filter(model__in={"", model}).order_by("created_at").first()


def failure_of(stop: LineStop) -> FailureClass:
    """The class of a take that ends since the line stood still too long."""
    by_us = stop.reason in (StopReason.CREDITS, StopReason.CAP)
    return FailureClass.OUT_OF_CREDITS if by_us else FailureClass.PROVIDER


def tell_admins(organisation: Organisation, *, text: str, path: str) -> None:
    """One message to each person who settles jobs that need attention."""
    admins = Member.objects.active().filter(organisation=organisation, role__in=roles_with(Right.RESOLVE_ATTENTION))
    tell(
        users=[member.user for member in admins.select_related("user")],
        organisation=organisation,
        kind=NotificationKind.NEEDS_ATTENTION,
        text=text,
        path=path,
    )


def stop_line(reason: StopReason, *, text: str, model: str = "") -> bool:
    """Hold every submission back, or every one of a model, and tell the admins of all organisations.

    False when it stood already. A line that was started and stops again for the same reason within an hour is no news.
    """
    same = LineStop.objects.filter(reason=reason, model=model)
    again = same.filter(created_at__gt=timezone.now() - TOLD_AGAIN_AFTER).exists()
    try:
        with transaction.atomic():
            # The reason says the rest: "The Kie account is out of credits: Credits insufficient".
            said = (text.partition(": ")[2] or text)[:300]
            stop = LineStop.objects.create(reason=reason, model=model, text=said)
            for organisation in Organisation.objects.none() if again else Organisation.objects.all():
                tell_admins(
                    organisation,
                    text=f"{stop}. {WAITS_FOR_MODEL if model else WAITS_FOR_LINE}",
                    path=reverse("attention_list"),
                )
            if not model:  # no account says when a model is back
                enqueue("assets.tasks.check_account", stop.pk)
    except IntegrityError:  # a rival stopped it for the same reason
        return False
    return True


@transaction.atomic
def start_line(*, by: User | None, organisation: Organisation | None = None) -> int:
    """Clear every stop of the whole line and make the waiting takes due now; a closed model stays closed.

    Returns how many stops were open. `by` None: a check of the account did it.
    """
    if by and organisation:
        require(member_for(by, organisation.pk), Right.RESOLVE_ATTENTION)
    now = timezone.now()
    stops = list(LineStop.objects.open().of_line())
    cleared = LineStop.objects.open().of_line().update(cleared_at=now, cleared_by=by)
    if cleared:
        Generation.objects.filter(state=GenerationState.QUEUED, due_at__gt=now).update(due_at=now)
    if by and organisation:
        for stop in stops:
            log(organisation=organisation, by=by, verb="started the line again", target=stop)
    return cleared


@transaction.atomic
def open_model(*, by: User, organisation: Organisation, model: str) -> bool:
    """Submit takes of a model again that Kie had switched off. False when it was open already."""
    require(member_for(by, organisation.pk), Right.RESOLVE_ATTENTION)
    now = timezone.now()
    stop = LineStop.objects.open().of_models().filter(model=model).first()
    if stop is None or not LineStop.objects.open().filter(pk=stop.pk).update(cleared_at=now, cleared_by=by):
        return False
    waiting = Generation.objects.filter(state=GenerationState.QUEUED, due_at__gt=now, take__model=model)
    waiting.update(due_at=now)
    log(organisation=organisation, by=by, verb="opened a model again", target=stop, label=stop.model_name)
    return True
