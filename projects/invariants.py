"""What must always hold of the money. Each check names the rows that break it, one sentence a row; none means it holds.

`since` narrows a check to what moved from that moment on, for the run of every minute; None looks at everything.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Round

from projects.models import Budget, LedgerEntry, LedgerKind

type Since = datetime | None
type Check = Callable[[Since], Iterator[str]]
NOTHING = Decimal(0)
HUNDREDTH = Decimal("0.01")
CACHED = ("held", "settled", "overrun")
SUMS = {
    "put": Q(entries__kind=LedgerKind.HOLD),
    "taken": Q(entries__kind=LedgerKind.SETTLE),
    "freed": Q(entries__kind=LedgerKind.RELEASE),
    "over": Q(entries__kind=LedgerKind.OVERRUN),
    "corrected": Q(entries__kind=LedgerKind.CORRECTION),
    "raised": Q(entries__kind=LedgerKind.CORRECTION, entries__credits__gt=0),
}


@dataclass(frozen=True, slots=True)
class Invariant:
    """One promise by its number in the product's list, its name, and what looks after it.

    `in_time`: it says how long something may take, which nobody keeps while no worker lives.
    """

    number: int
    name: str
    check: Check
    in_time: bool = False


def budgets_within_limits(since: Since) -> Iterator[str]:
    """`settled + held <= limit`; what was charged above any hold is the one exception."""
    covered = Round(F("held") + F("settled") - F("overrun"), precision=2)
    for budget in Budget.objects.filter(limit__lt=covered).select_related("organisation", "project").iterator():
        yield f"{budget}: {budget.held} held and {budget.settled} settled of {budget.limit} (budget {budget.pk})"


def sums_equal_ledger(since: Since) -> Iterator[str]:
    """A budget's cached sums are the sums of its rows."""
    for row in _moved(since).annotate(**_sums()).values("pk", *CACHED, *SUMS).iterator():
        held = _rounded(row["put"] - row["taken"] - row["freed"])
        settled = _rounded(row["taken"] + row["over"] + row["corrected"])
        overrun = _rounded(row["over"] + row["raised"])
        if (held, settled, overrun) != tuple(_rounded(row[name]) for name in CACHED):
            yield (
                f"budget {row['pk']}: {row['held']} held, {row['settled']} settled, {row['overrun']} overrun; "
                f"its rows say {held}, {settled} and {overrun}"
            )


def _moved(since: Since) -> QuerySet[Budget]:
    if since is None:
        return Budget.objects.all()
    return Budget.objects.filter(Exists(LedgerEntry.objects.filter(budget=OuterRef("pk"), at__gte=since)))


def _sums() -> dict[str, Coalesce]:
    return {name: Coalesce(Sum("entries__credits", filter=rows), NOTHING) for name, rows in SUMS.items()}


def holds_come_out_even(since: Since) -> Iterator[str]:
    """Once something became of a hold, all of it was settled or released: `held = settled + released`."""
    rows = LedgerEntry.objects.filter(kind__in=(LedgerKind.HOLD, LedgerKind.SETTLE, LedgerKind.RELEASE))
    if since:
        rows = rows.filter(key__in=LedgerEntry.objects.filter(at__gte=since).values("key"))
    left = Sum("credits", filter=Q(kind=LedgerKind.HOLD), default=NOTHING) - Sum(
        "credits", filter=~Q(kind=LedgerKind.HOLD), default=NOTHING
    )
    closed = rows.order_by().values("key", "budget").annotate(left=left).exclude(left=NOTHING)
    for row in closed.filter(Q(left__lt=0) | Exists(_outcomes())).iterator():
        if _rounded(row["left"]):
            yield f"{row['key']}: {row['left']} of its hold are neither settled nor released (budget {row['budget']})"


def _outcomes() -> QuerySet[LedgerEntry]:
    return LedgerEntry.objects.filter(
        key=OuterRef("key"), budget=OuterRef("budget"), kind__in=(LedgerKind.SETTLE, LedgerKind.RELEASE)
    )


def _rounded(credits: Decimal) -> Decimal:
    """In hundredths: SQLite sums binary fractions."""
    return credits.quantize(HUNDREDTH)


MONEY = (
    Invariant(1, "budgets stay within their limits", budgets_within_limits),
    Invariant(2, "budgets' sums equal their ledger rows", sums_equal_ledger),
    Invariant(2, "holds come out even", holds_come_out_even),
)
