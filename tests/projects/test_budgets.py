"""Limits: who sets them, what they may not go under, and what a project's budget begins with."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from projects.actions.budgets import LimitTooLow, set_month_limit, set_project_limit
from projects.actions.money import Standing, hold, release, settle, standing
from projects.models import AuditEntry, Budget, LedgerEntry, Organisation, Project, User


def reserve(project: Project, by: User, key: str = "generation:1", credits: int = 55) -> None:
    hold(organisation=project.organisation, project=project, key=key, credits=Decimal(credits), by=by, what="Opening")


def test_month_limit_holds_for_this_and_coming_months(northlight: Organisation, alice: User) -> None:
    set_month_limit(by=alice, organisation=northlight, limit=Decimal(500))
    northlight.refresh_from_db()
    assert standing(northlight).month.limit == 500
    assert northlight.monthly_limit == 500


def test_month_limit_may_be_for_this_month_only(northlight: Organisation, alice: User) -> None:
    set_month_limit(by=alice, organisation=northlight, limit=Decimal(500), coming=False)
    northlight.refresh_from_db()
    assert standing(northlight).month.limit == 500
    assert northlight.monthly_limit == 10_000


def test_limit_under_what_is_used_is_refused_with_the_numbers(project: Project, alice: User) -> None:
    reserve(project, alice, "generation:1")
    reserve(project, alice, "generation:2", 110)
    settle(key="generation:1", charged=Decimal(55))
    with pytest.raises(LimitTooLow, match=r"55 credits are settled and 110 credits held.* at least 165 credits"):
        set_month_limit(by=alice, organisation=project.organisation, limit=Decimal("164.99"))
    assert standing(project.organisation).month.limit == 10_000


def test_limit_may_be_exactly_what_is_used(project: Project, alice: User) -> None:
    reserve(project, alice)
    set_month_limit(by=alice, organisation=project.organisation, limit=Decimal(55))
    assert standing(project.organisation).free == 0


def test_setting_a_limit_is_logged_with_old_and_new(northlight: Organisation, alice: User) -> None:
    set_month_limit(by=alice, organisation=northlight, limit=Decimal(500), coming=False)
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.changes) == ("set the budget of", {"limit": ["10000.00", "500"]})


def test_the_same_limit_leaves_no_trace(northlight: Organisation, alice: User) -> None:
    set_month_limit(by=alice, organisation=northlight, limit=Decimal(10_000))
    assert not AuditEntry.objects.exists()


def test_only_admins_set_limits(project: Project, pat: User) -> None:
    with pytest.raises(PermissionDenied):
        set_month_limit(by=pat, organisation=project.organisation, limit=Decimal(1))
    with pytest.raises(PermissionDenied):
        set_project_limit(by=pat, project=project, limit=Decimal(1))


def test_strangers_set_no_limits(project: Project, sam: User) -> None:
    with pytest.raises(Http404):
        set_project_limit(by=sam, project=project, limit=Decimal(1))


def test_project_budget_begins_with_what_the_project_cost(project: Project, alice: User) -> None:
    reserve(project, alice, "generation:1")
    settle(key="generation:1", charged=Decimal(60))
    reserve(project, alice, "generation:2")
    set_project_limit(by=alice, project=project, limit=Decimal(200))
    expected = Standing(Decimal(200), held=Decimal(55), settled=Decimal(60), overrun=Decimal(5))
    assert standing(project.organisation, project).project == expected


def test_what_was_held_before_settles_on_the_new_budget(project: Project, alice: User) -> None:
    reserve(project, alice)
    set_project_limit(by=alice, project=project, limit=Decimal(200))
    settle(key="generation:1", charged=Decimal(55))
    assert standing(project.organisation, project).project == Standing(Decimal(200), settled=Decimal(55))


def test_a_late_charge_for_an_old_key_reaches_the_new_budget(project: Project, alice: User) -> None:
    reserve(project, alice)
    release(key="generation:1")
    set_project_limit(by=alice, project=project, limit=Decimal(200))
    settle(key="generation:1", charged=Decimal(55))
    of_project = standing(project.organisation, project).project
    assert of_project == Standing(Decimal(200), settled=Decimal(55), overrun=Decimal(55))


def test_new_project_budget_under_its_history_is_refused(project: Project, alice: User) -> None:
    reserve(project, alice)
    with pytest.raises(LimitTooLow):
        set_project_limit(by=alice, project=project, limit=Decimal(54))
    assert not Budget.objects.filter(project=project).exists()
    assert LedgerEntry.objects.count() == 1


def test_project_limit_can_change_later(project: Project, alice: User) -> None:
    first = set_project_limit(by=alice, project=project, limit=Decimal(100))
    second = set_project_limit(by=alice, project=project, limit=Decimal(300))
    assert first == second
    assert standing(project.organisation, project).free == 300
