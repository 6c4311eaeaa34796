"""Rivals at the same moment: the last credits go to exactly one of them.

`ROUNDS=1000 pytest tests/projects/test_money_rivals.py` runs more than the few rounds of every day.
"""

import os
from collections.abc import Callable
from decimal import Decimal

import pytest

from projects.actions.budgets import set_project_limit
from projects.actions.money import OverBudget, hold, release, settle, standing
from projects.models import Budget, LedgerEntry, Project, User
from tests.factories import OrganisationFactory, ProjectFactory
from tests.rivals import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PRICE = Decimal(55)
ROUNDS = int(os.environ.get("ROUNDS", "5"))


def rival(project: Project, by: User, number: int) -> Callable[[], bool]:
    """A submission that wants `PRICE`; answers whether it got it."""

    def job() -> bool:
        key = f"generation:{number}"
        try:
            hold(organisation=project.organisation, project=project, key=key, credits=PRICE, by=by, what="")
        except OverBudget:
            return False
        return True

    return job


def test_ten_rivals_for_a_month_of_nine(project: Project, carl: User) -> None:
    type(project.organisation).objects.update(monthly_limit=PRICE * 9)
    won = at_once([rival(project, carl, number) for number in range(10)])
    assert won.count(True) == 9
    assert standing(project.organisation).month.held == PRICE * 9
    assert LedgerEntry.objects.count() == 9


def test_ten_rivals_for_a_project_of_nine(project: Project, carl: User) -> None:
    Budget.objects.create(organisation=project.organisation, project=project, limit=PRICE * 9)
    won = at_once([rival(project, carl, number) for number in range(10)])
    assert won.count(True) == 9
    assert standing(project.organisation).month.held == PRICE * 9


@pytest.mark.parametrize("whose", ["month", "project"])
def test_it_is_nine_in_every_round(project: Project, carl: User, whose: str) -> None:
    for turn in range(ROUNDS):
        if whose == "month":
            ours = ProjectFactory.create(organisation=OrganisationFactory.create(monthly_limit=PRICE * 9))
        else:
            ours = ProjectFactory.create(organisation=OrganisationFactory.create(monthly_limit=PRICE * 100))
            Budget.objects.create(organisation=ours.organisation, project=ours, limit=PRICE * 9)
        won = at_once([rival(ours, carl, turn * 10 + number) for number in range(10)])
        assert won.count(True) == 9, f"in round {turn}"
        assert standing(ours.organisation).month.held == PRICE * 9, f"in round {turn}"


def test_settling_and_releasing_at_once_books_one_of_them(project: Project, carl: User) -> None:
    rival(project, carl, 1)()
    at_once([lambda: settle(key="generation:1", charged=PRICE), lambda: release(key="generation:1")] * 3)
    month = standing(project.organisation).month
    assert month.held == 0
    assert month.settled == PRICE


def test_a_project_budget_set_among_holds_counts_each_once(project: Project, alice: User) -> None:
    jobs: list[Callable[[], object]] = [rival(project, alice, number) for number in range(6)]
    at_once([*jobs, lambda: set_project_limit(by=alice, project=project, limit=PRICE * 9)])
    of_project = standing(project.organisation, project).project
    assert of_project is not None
    assert of_project.held == PRICE * 6
