"""Holding, settling and releasing credits: what the budgets and the ledger say afterwards."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine
from django.db import IntegrityError

from projects.actions.money import NothingHeldError, OverBudget, Standing, hold, month_budget, release, settle, standing
from projects.models import Budget, LedgerEntry, Organisation, Project, User

KEY = "generation:1"


@pytest.fixture
def project_budget(project: Project) -> Budget:
    """100 credits for Pat's project."""
    return Budget.objects.create(organisation=project.organisation, project=project, limit=100)


def reserve(project: Project, by: User, credits: str = "55", key: str = KEY) -> None:
    hold(organisation=project.organisation, project=project, key=key, credits=Decimal(credits), by=by, what="Opening")


def rows(budget: Budget | None = None) -> list[tuple[str, Decimal | int]]:
    """Kind and credits of the month's rows (or of one budget's), oldest first."""
    entries = LedgerEntry.objects.filter(budget=budget) if budget else LedgerEntry.objects.filter(budget__project=None)
    return list(entries.order_by("at").values_list("kind", "credits"))


def test_hold_reserves_on_the_month(project: Project, carl: User) -> None:
    reserve(project, carl)
    assert standing(project.organisation).month == Standing(Decimal(10_000), held=Decimal(55))
    assert rows() == [("hold", Decimal(55))]


def test_hold_reserves_on_the_project_too(project: Project, carl: User, project_budget: Budget) -> None:
    reserve(project, carl)
    assert standing(project.organisation, project).free == 45
    assert rows(project_budget) == [("hold", Decimal(55))]


def test_month_budget_is_made_from_the_monthly_limit_as_it_is_now(northlight: Organisation) -> None:
    Organisation.objects.filter(pk=northlight.pk).update(monthly_limit=70)
    with time_machine.travel(datetime(2026, 11, 30, 23, 59, tzinfo=UTC)):
        budget = month_budget(northlight)
    assert budget.month == date(2026, 11, 1)
    assert budget.limit == 70


def test_reading_makes_no_budget(northlight: Organisation, project: Project) -> None:
    assert standing(northlight, project).free == 10_000
    assert not Budget.objects.exists()


def test_hold_over_the_month_is_refused_with_the_numbers(project: Project, carl: User) -> None:
    Organisation.objects.update(monthly_limit=100)
    reserve(project, carl)
    with pytest.raises(OverBudget, match=r"45 credits \(USD 0.225\) free and this needs 55 credits \(USD 0.275\)"):
        reserve(project, carl, key="generation:2")
    assert standing(project.organisation).month.held == 55


def test_hold_over_the_project_holds_nothing_anywhere(project: Project, carl: User, project_budget: Budget) -> None:
    with pytest.raises(OverBudget, match="project “Spring launch” has 100 credits"):
        reserve(project, carl, "100.01")
    assert standing(project.organisation).month.held == 0
    assert not LedgerEntry.objects.exists()


def test_the_last_credit_can_be_held(project: Project, carl: User, project_budget: Budget) -> None:
    reserve(project, carl, "100")
    assert standing(project.organisation, project).free == 0


def test_tenths_add_up_exactly(project: Project, carl: User, project_budget: Budget) -> None:
    Budget.objects.filter(pk=project_budget.pk).update(limit=Decimal("0.3"))
    for key in "abc":
        reserve(project, carl, "0.1", key)
    release(key="a")
    release(key="b")
    release(key="c")
    project_budget.refresh_from_db()
    assert project_budget.held == 0


def test_one_key_is_held_once(project: Project, carl: User) -> None:
    reserve(project, carl)
    with pytest.raises(IntegrityError):
        reserve(project, carl)


def test_negative_hold_is_a_mistake(project: Project, carl: User) -> None:
    with pytest.raises(ValueError, match="negative"):
        reserve(project, carl, "-1")


def test_settling_the_whole_hold(project: Project, carl: User) -> None:
    reserve(project, carl)
    assert settle(key=KEY, charged=Decimal(55)) is False
    assert standing(project.organisation).month == Standing(Decimal(10_000), settled=Decimal(55))
    assert rows() == [("hold", 55), ("settle", 55)]


def test_settling_less_frees_the_rest(project: Project, carl: User, project_budget: Budget) -> None:
    reserve(project, carl)
    settle(key=KEY, charged=Decimal("27.5"))
    assert standing(project.organisation, project).free == Decimal("72.5")
    assert rows(project_budget) == [("hold", 55), ("settle", Decimal("27.5")), ("release", Decimal("27.5"))]


def test_settling_more_is_booked_as_an_overrun(project: Project, carl: User, project_budget: Budget) -> None:
    Budget.objects.filter(pk=project_budget.pk).update(limit=55)
    reserve(project, carl)
    assert settle(key=KEY, charged=Decimal(60)) is True
    assert standing(project.organisation, project).project == Standing(
        Decimal(55), settled=Decimal(60), overrun=Decimal(5)
    )
    assert rows(project_budget) == [("hold", 55), ("settle", 55), ("overrun", 5)]


def test_an_overrun_eats_into_the_limit(project: Project, carl: User, project_budget: Budget) -> None:
    reserve(project, carl)
    settle(key=KEY, charged=Decimal(90))
    with pytest.raises(OverBudget):
        reserve(project, carl, "11", key="generation:2")


def test_settling_twice_books_once(project: Project, carl: User) -> None:
    reserve(project, carl)
    settle(key=KEY, charged=Decimal(60))
    assert settle(key=KEY, charged=Decimal(60)) is False
    assert standing(project.organisation).month.settled == 60


def test_settling_after_a_release_is_an_overrun(project: Project, carl: User) -> None:
    reserve(project, carl)
    release(key=KEY)
    assert settle(key=KEY, charged=Decimal(55)) is True
    assert standing(project.organisation).month == Standing(Decimal(10_000), settled=Decimal(55), overrun=Decimal(55))
    assert rows() == [("hold", 55), ("release", 55), ("overrun", 55)]


@pytest.mark.parametrize(("charged", "difference"), [("60", "5"), ("50", "-5"), ("0", "-55")])
def test_another_figure_later_is_a_correction(project: Project, carl: User, charged: str, difference: str) -> None:
    reserve(project, carl)
    settle(key=KEY, charged=Decimal(55))
    settle(key=KEY, charged=Decimal(charged))
    assert standing(project.organisation).month.settled == Decimal(charged)
    assert rows()[-1] == ("correction", Decimal(difference))


def test_releasing_twice_or_after_settling_does_nothing(project: Project, carl: User) -> None:
    reserve(project, carl)
    settle(key=KEY, charged=Decimal(55))
    release(key=KEY)
    assert rows() == [("hold", 55), ("settle", 55)]


def test_a_charge_nobody_held_for_is_loud(northlight: Organisation) -> None:
    with pytest.raises(NothingHeldError, match="generation:1"):
        settle(key=KEY, charged=Decimal(55))


def test_settlement_goes_to_the_month_of_the_hold(project: Project, carl: User) -> None:
    with time_machine.travel(datetime(2026, 10, 31, 23, 59, tzinfo=UTC)):
        reserve(project, carl)
    with time_machine.travel(datetime(2026, 11, 1, 0, 1, tzinfo=UTC)):
        settle(key=KEY, charged=Decimal(55))
        assert standing(project.organisation).month.settled == 0
    assert Budget.objects.get(month=date(2026, 10, 1)).settled == 55


def test_every_row_names_the_person_and_the_thing(project: Project, carl: User) -> None:
    reserve(project, carl)
    settle(key=KEY, charged=Decimal(60))
    assert set(LedgerEntry.objects.values_list("by", "what", "project")) == {(carl.pk, "Opening", project.pk)}


def test_without_a_project_budget_only_the_month_counts(project: Project, carl: User) -> None:
    reserve(project, carl)
    assert standing(project.organisation, project).project is None
