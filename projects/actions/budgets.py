"""Limits of the organisation's months and of projects. Admins set them; every change stands in the audit log."""

from decimal import Decimal

from django.db import transaction
from django.db.models import DecimalField, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from projects.access import member_for, require
from projects.actions.audit import log
from projects.actions.money import ZERO, Standing, month_budget
from projects.errors import Refused
from projects.models import Budget, LedgerEntry, LedgerKind, Organisation, Project, User
from projects.roles import Right
from projects.templatetags.house import credits as in_credits
from projects.templatetags.house import usd

COPIED_AT_ONCE = 1000


class LimitTooLow(Refused):
    """A limit under what is settled and held already; the text names the numbers."""

    def __init__(self, now: Standing, wanted: Decimal, rate: Decimal) -> None:
        used = now.settled + now.held
        super().__init__(
            f"{in_credits(now.settled)} are settled and {in_credits(now.held)} held already, so the limit can't be "
            f"{in_credits(wanted)}. The limit stays as it was. Set at least {in_credits(used)} ({usd(used, rate)})."
        )


@transaction.atomic
def set_month_limit(*, by: User, organisation: Organisation, limit: Decimal, coming: bool = True) -> Budget:
    """Set this month's limit in credits and, with `coming`, the one that later months begin with.

    Raises PermissionDenied or LimitTooLow.
    """
    require(member_for(by, organisation.pk), Right.SET_BUDGETS)
    budget = Budget.objects.select_for_update().get(pk=month_budget(organisation).pk)
    _change_limit(budget, limit, organisation, by)
    if coming and organisation.monthly_limit != limit:
        log(
            organisation=organisation,
            by=by,
            verb="set the monthly budget of",
            target=organisation,
            changes={"monthly_limit": (organisation.monthly_limit, limit)},
        )
        organisation.monthly_limit = limit
        organisation.save(update_fields=["monthly_limit"])
    return budget


@transaction.atomic
def set_project_limit(*, by: User, project: Project, limit: Decimal) -> Budget:
    """Set what a project may cost over its whole life, in credits; what it cost and holds already counts.

    Raises PermissionDenied or LimitTooLow.
    """
    organisation = project.organisation
    require(member_for(by, organisation.pk), Right.SET_BUDGETS)
    # Every hold and settlement locks its month first. With all months locked none is under way for this project, and
    # one that waits finds the new budget afterwards: nothing is counted twice or missed.
    month_budget(organisation)
    list(Budget.objects.select_for_update().filter(organisation=organisation, project=None).order_by("month"))
    budget = Budget.objects.select_for_update().filter(project=project).first()
    if budget is None:
        return _open_project_budget(project, limit, by)
    _change_limit(budget, limit, organisation, by)
    return budget


def _change_limit(budget: Budget, limit: Decimal, organisation: Organisation, by: User) -> None:
    """Change a locked budget and say so in the log."""
    if budget.settled + budget.held > limit:
        now = Standing(budget.limit, budget.held, budget.settled)
        raise LimitTooLow(now, limit, organisation.usd_per_credit)
    old, budget.limit = budget.limit, limit
    if old == limit:
        return
    budget.save(update_fields=["limit"])
    log(organisation=organisation, by=by, verb="set the budget of", target=budget, changes={"limit": (old, limit)})


def _open_project_budget(project: Project, limit: Decimal, by: User) -> Budget:
    """A budget that begins with the project's history: its rows are copied, so that late settlements reach it too."""
    history = LedgerEntry.objects.of_months(project.organisation).filter(project=project)
    before = standing_of(history, limit)
    if before.settled + before.held > limit:
        raise LimitTooLow(before, limit, project.organisation.usd_per_credit)
    budget = Budget.objects.create(
        organisation_id=project.organisation_id,
        project=project,
        limit=limit,
        held=before.held,
        settled=before.settled,
        overrun=before.overrun,
    )
    LedgerEntry.objects.bulk_create(
        (_copy(row, budget) for row in history.order_by("at", "pk").iterator(COPIED_AT_ONCE)), COPIED_AT_ONCE
    )
    log(
        organisation=project.organisation,
        by=by,
        verb="set the budget of",
        target=budget,
        changes={"limit": (None, limit)},
    )
    return budget


def standing_of(rows: QuerySet[LedgerEntry], limit: Decimal) -> Standing:
    """What a budget with these ledger rows must say, by the rules of `projects.models.money`; one query."""
    charges = Q(kind__in=(LedgerKind.SETTLE, LedgerKind.OVERRUN, LedgerKind.CORRECTION))
    found = rows.aggregate(
        hold=_sum(Q(kind=LedgerKind.HOLD)),
        ended=_sum(Q(kind__in=(LedgerKind.SETTLE, LedgerKind.RELEASE))),
        charged=_sum(charges),
        above=_sum(Q(kind=LedgerKind.OVERRUN) | Q(kind=LedgerKind.CORRECTION, credits__gt=0)),
    )
    exact = {name: round(Decimal(total), 2) for name, total in found.items()}
    return Standing(limit, exact["hold"] - exact["ended"], exact["charged"], exact["above"])


def _sum(rows: Q) -> Coalesce:
    return Coalesce(Sum("credits", filter=rows), ZERO, output_field=DecimalField())


def _copy(row: LedgerEntry, budget: Budget) -> LedgerEntry:
    return LedgerEntry(
        organisation_id=row.organisation_id,
        budget=budget,
        project_id=row.project_id,
        of_month=False,
        key=row.key,
        kind=row.kind,
        credits=row.credits,
        by_id=row.by_id,
        what=row.what,
        at=row.at,
    )
