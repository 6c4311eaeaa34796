"""Credits move here and nowhere else: held when a take is queued, settled with what was charged, or released.

One conditional UPDATE a budget guards its limit and moves its sums; the rows beside it say why. Locks are always taken
in one order, the month's budget first and the project's second, so that rivals queue instead of blocking each other.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_CEILING, Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils import timezone

from projects.errors import Refused
from projects.models import Budget, LedgerEntry, LedgerKind, Organisation, Project, User
from projects.templatetags.house import credits as in_credits
from projects.templatetags.house import usd

HUNDREDTH = Decimal("0.01")
ZERO = Decimal(0)


class OverBudget(Refused):
    """A hold would pass the limit of `budget`; nothing was held. The text names the numbers."""

    def __init__(self, budget: Budget, wanted: Decimal) -> None:
        self.budget, self.wanted = budget, wanted
        rate = budget.organisation.usd_per_credit
        whose = f"project “{budget.project}”" if budget.project else f"{budget.month:%B %Y}"
        super().__init__(
            f"The budget of {whose} has {in_credits(budget.free)} ({usd(budget.free, rate)}) free and this needs "
            f"{in_credits(wanted)} ({usd(wanted, rate)}). Limit {in_credits(budget.limit)}, settled "
            f"{in_credits(budget.settled)}, held {in_credits(budget.held)}. Nothing was held or charged. "
            "Ask for less, or ask an admin to raise the limit."
        )


class NothingHeldError(LookupError):
    """A charge came for a key that no budget ever held credits for."""


@dataclass(frozen=True)
class Standing:
    """Where one budget stands, in credits; `settled` includes `overrun`."""

    limit: Decimal
    held: Decimal = ZERO
    settled: Decimal = ZERO
    overrun: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What may still be held; never below zero."""
        return max(self.limit - self.held - self.settled, ZERO)


@dataclass(frozen=True)
class BudgetStanding:
    """What a page shows before somebody spends: this month of the organisation, and the project if it has a budget."""

    month: Standing
    project: Standing | None

    @property
    def free(self) -> Decimal:
        """Credits that both budgets still allow."""
        return min(self.month.free, self.project.free) if self.project else self.month.free


def month_of(moment: datetime | None = None) -> date:
    """The first day of the UTC month of a moment (now)."""
    return (moment or timezone.now()).astimezone(UTC).date().replace(day=1)


def month_budget(organisation: Organisation, moment: datetime | None = None) -> Budget:
    """The organisation's budget of that UTC month (now); made from its monthly limit when first asked for."""
    month = month_of(moment)
    budgets = Budget.objects.select_related("organisation")
    found = budgets.filter(organisation=organisation, month=month).first()
    if found is None:
        limit = Organisation.objects.values_list("monthly_limit", flat=True).get(pk=organisation.pk)
        found, _ = budgets.get_or_create(organisation=organisation, month=month, defaults={"limit": limit})
    return found


def standing(organisation: Organisation, project: Project | None = None) -> BudgetStanding:
    """What is left now, for showing; one query, and no row is made for it."""
    concerned = Q(month=month_of())
    if project:
        concerned |= Q(project=project)
    found = {
        budget.project_id: Standing(budget.limit, budget.held, budget.settled, budget.overrun)
        for budget in Budget.objects.filter(concerned, organisation=organisation)
    }
    month = found.get(None) or Standing(organisation.monthly_limit)
    return BudgetStanding(month, found.get(project.pk) if project else None)


@transaction.atomic
def hold(*, organisation: Organisation, project: Project, key: str, credits: Decimal, by: User, what: str) -> None:
    """Reserve credits under `key` on this month's budget and on the project's, if it has one: all or nothing.

    Raises OverBudget with the numbers (nothing is held), ValueError for a negative figure, IntegrityError for a key
    that was held before.
    """
    credits = _hundredths(credits)
    # The project's budget is looked up after the month's row is locked: see `budgets.set_project_limit`.
    budgets = [_take(month_budget(organisation), credits)]
    budgets += [_take(budget, credits) for budget in Budget.objects.filter(project=project)]
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            organisation=organisation,
            budget=budget,
            project=project,
            of_month=budget.project_id is None,
            key=key,
            kind=LedgerKind.HOLD,
            credits=credits,
            by=by,
            what=what[:200],
        )
        for budget in budgets
    )


def settle(*, key: str, charged: Decimal) -> bool:
    """Book what the provider charged (credits) on the budgets that held for `key`; the rest of the hold is freed.

    Safe to repeat: the same figure again does nothing. A charge above the hold, or after its release, is booked as an
    overrun; another figure than before as a correction. True if this call booked more than was held.
    Raises NothingHeldError for an unknown key, ValueError for a negative figure.
    """
    charged = _hundredths(charged)
    with transaction.atomic(savepoint=False):
        cases = _cases(key)
        booked_above = [_book(case, charged) for case in cases]
    if not cases:
        raise NothingHeldError(f"Nothing was ever held for {key}.")
    return any(booked_above)


@transaction.atomic(savepoint=False)
def release(*, key: str) -> None:
    """Give back what is held for `key`; does nothing when nothing is (any more)."""
    for case in _cases(key):
        if case.is_open:
            _write(case, LedgerKind.RELEASE, case.held.credits)
            _move(case.held.budget_id, held=-case.held.credits)


@dataclass(frozen=True)
class _Case:
    """All rows of one key on one budget: the hold and what became of it."""

    held: LedgerEntry
    rows: list[LedgerEntry]

    @property
    def is_open(self) -> bool:
        return len(self.rows) == 1

    @property
    def booked(self) -> Decimal:
        charges = (LedgerKind.SETTLE, LedgerKind.OVERRUN, LedgerKind.CORRECTION)
        return sum((row.credits for row in self.rows if row.kind in charges), ZERO)

    @property
    def was_charged(self) -> bool:
        return any(row.kind in (LedgerKind.SETTLE, LedgerKind.OVERRUN) for row in self.rows)


def _cases(key: str) -> list[_Case]:
    """The key's rows by budget, after locking the month's: each key holds on one, so nobody else moves it meanwhile.

    The project's budget may have got its share of the key just before the lock, so the rows are read after it.
    """
    month = Budget.objects.filter(project=None, entries__key=key, entries__kind=LedgerKind.HOLD)
    list(month.select_for_update(of=("self",)).values_list("pk"))
    rows = list(LedgerEntry.objects.filter(key=key).order_by("at", "pk"))
    holds = [row for row in rows if row.kind == LedgerKind.HOLD]
    return [_Case(held, [row for row in rows if row.budget_id == held.budget_id]) for held in holds]


def _book(case: _Case, charged: Decimal) -> bool:
    if case.is_open:
        within = min(charged, case.held.credits)
        _write(case, LedgerKind.SETTLE, within)
        if within < case.held.credits:
            _write(case, LedgerKind.RELEASE, case.held.credits - within)
        above = charged - within
        if above:
            _write(case, LedgerKind.OVERRUN, above)
        _move(case.held.budget_id, held=-case.held.credits, settled=charged, overrun=above)
        return above > 0
    difference = charged - case.booked
    if difference:
        late = not case.was_charged
        _write(case, LedgerKind.OVERRUN if late else LedgerKind.CORRECTION, difference)
        # What was freed may be held by others by now: whatever comes on top is above any hold.
        _move(case.held.budget_id, settled=difference, overrun=max(difference, ZERO))
    return difference > 0


def _take(budget: Budget, credits: Decimal) -> Budget:
    fits = Q(limit__gte=Round(F("held") + F("settled") + credits, precision=2))
    if not Budget.objects.filter(fits, pk=budget.pk).update(held=Round(F("held") + credits, precision=2)):
        raise OverBudget(Budget.objects.select_related("organisation", "project").get(pk=budget.pk), credits)
    return budget


def _move(budget_id: UUID, **changes: Decimal) -> None:
    Budget.objects.filter(pk=budget_id).update(
        **{field: Round(F(field) + change, precision=2) for field, change in changes.items()}
    )


def _write(case: _Case, kind: LedgerKind, credits: Decimal) -> None:
    held = case.held
    LedgerEntry.objects.create(
        organisation_id=held.organisation_id,
        budget_id=held.budget_id,
        project_id=held.project_id,
        of_month=held.of_month,
        key=held.key,
        kind=kind,
        credits=credits,
        by_id=held.by_id,
        what=held.what,
    )


def _hundredths(credits: Decimal) -> Decimal:
    """The figure in hundredths of a credit, rounded up so that no cost is hidden. Raises ValueError below zero."""
    if credits < 0:
        raise ValueError(f"Credits can't be negative: {credits}.")
    return Decimal(credits).quantize(HUNDREDTH, rounding=ROUND_CEILING)
