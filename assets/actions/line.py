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


def line_stop() -> LineStop | None:
    """The oldest open stop, or None while takes are being submitted. One query."""
    return LineStop.objects.open().order_by("created_at").first()


def failure_of(stop: LineStop) -> FailureClass:
    """The class of a take that ends since the line stood still too long."""
    return FailureClass.PROVIDER if stop.reason == StopReason.KEY else FailureClass.OUT_OF_CREDITS


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


def stop_line(reason: StopReason, *, text: str) -> bool:
    """Hold every submission back and tell the admins of all organisations. False when it stood already.

    A line that was started and stops again for the same reason within an hour is no news.
    """
    again = LineStop.objects.filter(reason=reason, created_at__gt=timezone.now() - TOLD_AGAIN_AFTER).exists()
    try:
        with transaction.atomic():
            # The reason says the rest: "The Kie account is out of credits: Credits insufficient".
            stop = LineStop.objects.create(reason=reason, text=(text.partition(": ")[2] or text)[:300])
            for organisation in Organisation.objects.none() if again else Organisation.objects.all():
                tell_admins(
                    organisation,
                    text=f"{stop}. Takes wait on their hold until an admin starts the line again.",
                    path=reverse("attention_list"),
                )
            enqueue("assets.tasks.check_account", stop.pk)
    except IntegrityError:  # a rival stopped it for the same reason
        return False
    return True


@transaction.atomic
def start_line(*, by: User | None, organisation: Organisation | None = None) -> int:
    """Clear every stop and make the waiting takes due now; returns how many stops were open. `by` None: a check did."""
    if by and organisation:
        require(member_for(by, organisation.pk), Right.RESOLVE_ATTENTION)
    now = timezone.now()
    stops = list(LineStop.objects.open())
    cleared = LineStop.objects.open().update(cleared_at=now, cleared_by=by)
    if cleared:
        Generation.objects.filter(state=GenerationState.QUEUED, due_at__gt=now).update(due_at=now)
    if by and organisation:
        for stop in stops:
            log(organisation=organisation, by=by, verb="started the line again", target=stop)
    return cleared
