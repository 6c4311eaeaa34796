"""Reading the ledger: what a filter finds, and its totals without counting a hundred thousand rows for each page."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from projects.csv_export import Cell
from projects.models import Budget, LedgerEntry, LedgerKind, Organisation, Project, User

ROWS_SUMMED = 5000
CSV_HEAD = ("When (UTC)", "Month", "Project", "What", "Person", "Kind", "Credits", "USD", "Key")
_READ_AT_ONCE = 1000


@dataclass(frozen=True)
class LedgerFilter:
    """What somebody looks for; empty fields leave all. `until` is the first moment after the range."""

    project: Project | None = None
    kind: str = ""
    person: User | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it leaves everything."""
        return self == LedgerFilter()


@dataclass(frozen=True)
class LedgerTotals:
    """Sums in credits: what was charged, what of it went over a hold, and what is held or was held.

    `held` is what is held now when nothing is filtered, else the sum of the holds found. `rows` is None when nothing is
    filtered; `complete` is False when there are too many rows to add up for a page: the sums are unknown then.
    """

    charged: Decimal = Decimal(0)
    overrun: Decimal = Decimal(0)
    held: Decimal = Decimal(0)
    released: Decimal | None = None
    rows: int | None = None
    complete: bool = True


def matching(rows: QuerySet[LedgerEntry], wanted: LedgerFilter) -> QuerySet[LedgerEntry]:
    """The rows that a filter finds."""
    if wanted.project:
        rows = rows.filter(project=wanted.project)
    if wanted.kind:
        rows = rows.filter(kind=wanted.kind)
    if wanted.person:
        rows = rows.filter(by=wanted.person)
    if wanted.since:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(at__lt=wanted.until)
    return rows.filter(_called(wanted.text)) if wanted.text else rows


def _called(text: str) -> Q:
    """Rows of one key when the text is one (or ends in its id), else rows whose description has the text."""
    try:
        number = UUID(text.rpartition(":")[2])
    except ValueError:
        return Q(what__icontains=text)
    return Q(key__in=(text, f"generation:{number}"))


def totals(organisation: Organisation, rows: QuerySet[LedgerEntry], wanted: LedgerFilter) -> LedgerTotals:
    """The sums for a page. Nothing filtered: from the budgets' own sums; filtered: of at most `ROWS_SUMMED` rows."""
    if wanted.is_empty:
        months = Budget.objects.filter(organisation=organisation, project=None)
        sums = months.aggregate(charged=Sum("settled"), overrun=Sum("overrun"), held=Sum("held"))
        return LedgerTotals(exact(sums["charged"]), exact(sums["overrun"]), exact(sums["held"]))
    charges = Q(kind__in=(LedgerKind.SETTLE, LedgerKind.OVERRUN, LedgerKind.CORRECTION))
    found = rows.order_by()[: ROWS_SUMMED + 1].aggregate(
        rows=Count("pk"),
        charged=Sum("credits", filter=charges),
        overrun=Sum("credits", filter=Q(kind=LedgerKind.OVERRUN)),
        held=Sum("credits", filter=Q(kind=LedgerKind.HOLD)),
        released=Sum("credits", filter=Q(kind=LedgerKind.RELEASE)),
    )
    if found["rows"] > ROWS_SUMMED:
        return LedgerTotals(complete=False)
    return LedgerTotals(
        charged=exact(found["charged"]),
        overrun=exact(found["overrun"]),
        held=exact(found["held"]),
        released=exact(found["released"]),
        rows=found["rows"],
    )


def exact(value: Decimal | None) -> Decimal:
    """A sum in hundredths; SQLite adds up binary fractions."""
    return round(Decimal(value or 0), 2)


def csv_rows(rows: QuerySet[LedgerEntry], rate: Decimal) -> Iterator[list[Cell]]:
    """The rows for a spreadsheet, newest first, read as they are sent. `rate`: USD a credit."""
    found = rows.select_related("project", "by", "budget").order_by("-at", "-pk")
    for row in found.iterator(_READ_AT_ONCE):
        yield [
            row.at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S"),
            f"{row.budget.month:%Y-%m}" if row.budget.month else "",
            row.project.name if row.project else "",
            row.what,
            str(row.by) if row.by else "",
            row.get_kind_display(),
            row.credits,
            row.credits * rate,
            row.key,
        ]
