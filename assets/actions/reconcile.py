"""Lay Kie's balance beside the ledger: once a day by the machine, at any time by an admin."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

import structlog
from django.db import IntegrityError, transaction
from django.db.models import DecimalField, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils import timezone

from assets.actions.line import tell_admins
from assets.models import Attempt, BalanceReading, Generation, Outcome, Reconciliation
from assets.reconciling import NOTHING, Comparison, Window, compare
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.ledger import exact
from projects.models import LedgerEntry, LedgerKind, Organisation, User
from projects.roles import Right
from projects.templatetags.house import credits as in_credits

logger = structlog.get_logger(__name__)
DAILY = timedelta(hours=24)
CHARGES = (LedgerKind.SETTLE, LedgerKind.OVERRUN, LedgerKind.CORRECTION)


def reconcile(*, by: User | None = None, organisation: Organisation | None = None) -> Reconciliation:
    """Reconcile from the end of the last window to the newest reading of the balance. `by` None: the machine.

    Raises PermissionDenied, or Refused when there is no newer reading.
    """
    if by and organisation:
        require(member_for(by, organisation.pk), Right.SET_BUDGETS)
    begin = _begin()
    end = BalanceReading.objects.first()
    if begin is None or end is None or end.created_at <= begin[0]:
        raise Refused("Kie's balance has not been read since. The worker reads it every minute; try again then.")
    moment, before = begin
    found = compare(_readings(before, moment, end.created_at), window_of(moment, end.created_at))
    try:
        return _note(moment, end.created_at, found, by, organisation)
    except IntegrityError:
        raise Refused("Somebody else has just reconciled; what was found stands in the list.") from None


def reconcile_daily() -> Reconciliation | None:
    """The round of the machine: None unless the last window is a day old and the balance was read since."""
    begin = _begin()
    if begin is None or begin[0] > timezone.now() - DAILY:
        return None
    try:
        return reconcile()
    except Refused:
        return None


def _begin() -> tuple[datetime, Decimal] | None:
    """Where the next window begins: at the end of the last one, or at the first reading there is."""
    if last := Reconciliation.objects.first():
        return last.ends_at, last.after
    first = BalanceReading.objects.order_by("created_at", "id").first()
    return (first.created_at, first.credits) if first else None


def _readings(before: Decimal, begins: datetime, ends: datetime) -> Iterator[Decimal]:
    yield before
    rows = BalanceReading.objects.filter(created_at__gt=begins, created_at__lte=ends).order_by("created_at", "id")
    yield from rows.values_list("credits", flat=True).iterator()


def window_of(begins: datetime, ends: datetime) -> Window:
    """What the ledger and the jobs of all organisations say of a window."""
    booked = LedgerEntry.objects.filter(of_month=True, kind__in=CHARGES, at__gt=begins, at__lte=ends)
    over = Generation.objects.filter(finished_at__gt=begins, finished_at__lte=ends)
    still = Q(finished_at=None) | Q(finished_at__gt=ends)
    return Window(
        booked=exact(booked.aggregate(sum=Sum("credits"))["sum"]),
        ended=_cost(_sent(over, begins)),
        flying=_cost(_sent(Generation.objects.filter(still), ends)),
        uncharged=_cost(_sent(over.filter(charged=0), ends)),
    )


def _sent(jobs: QuerySet[Generation], by: datetime) -> QuerySet[Generation]:
    """Those of which Kie may have a task by that moment."""
    calls = Attempt.objects.filter(generation=OuterRef("pk"), sent_at__lte=by).exclude(outcome=Outcome.REFUSED)
    return jobs.filter(Exists(calls))


def _cost(jobs: QuerySet[Generation]) -> Decimal:
    """What Kie may have taken for these: what it charged, and what was held where that is more or not known."""
    most = Greatest(F("held"), Coalesce(F("charged"), NOTHING), output_field=DecimalField())
    return exact(jobs.aggregate(sum=Sum(most))["sum"])


@transaction.atomic
def _note(
    begins: datetime, ends: datetime, found: Comparison, by: User | None, organisation: Organisation | None
) -> Reconciliation:
    """The row; the audit log's when a person asked; and a message to the admins when credits are missing."""
    run = Reconciliation.objects.create(
        begins_at=begins,
        ends_at=ends,
        before=found.before,
        after=found.after,
        booked=found.booked,
        in_flight=found.in_flight,
        topped_up=found.topped_up,
        drift=found.drift,
        by=by,
    )
    if by and organisation:
        log(
            organisation=organisation,
            by=by,
            verb="reconciled Kie's balance",
            target=run,
            changes={"drift": (None, in_credits(found.drift))},
        )
    if found.drift:
        _tell(run)
    return run


def _tell(run: Reconciliation) -> None:
    logger.error("drift", credits=str(run.drift), window=str(run))
    for organisation in Organisation.objects.all():
        tell_admins(
            organisation,
            text=f"Kie took {in_credits(run.drift)} more than the ledger booked, {run}.",
            path=reverse("reconciliation_list"),
        )
