"""The pages about budgets: who sees them, what they say, and what a bad figure gets."""

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from projects.actions.budgets import set_project_limit
from projects.actions.money import hold, month_budget, settle, standing
from projects.models import Budget, Project, User
from tests.factories import ProjectFactory

LIST = reverse("budget_list")
MONTH = reverse("budget_month_set")


@pytest.fixture
def spent(project: Project, carl: User) -> Project:
    """Pat's project after a take that was charged 5 credits more than its hold, and one still held."""
    for key, charged in (("generation:1", Decimal(60)), ("generation:2", None)):
        hold(organisation=project.organisation, project=project, key=key, credits=Decimal(55), by=carl, what="Opening")
        if charged:
            settle(key=key, charged=charged)
    return project


def test_list_shows_this_month_in_credits_and_usd(pats: Client, spent: Project) -> None:
    page = pats.get(LIST).content.decode()
    assert "9,885 <small>USD 49.425</small>" in page
    assert "5 credits (USD 0.025) more than was held" in page


def test_creators_see_budgets_but_no_history(carls: Client, spent: Project) -> None:
    budget = month_budget(spent.organisation)
    assert carls.get(LIST).status_code == 200
    assert "History" not in carls.get(reverse("budget_detail", args=[budget.pk])).content.decode()


def test_reviewers_see_no_money(ritas: Client, spent: Project) -> None:
    budget = month_budget(spent.organisation)
    for url in (LIST, MONTH, reverse("budget_detail", args=[budget.pk]), reverse("ledger_list"), reverse("ledger_csv")):
        assert ritas.get(url).status_code == 403


def test_strangers_find_no_budget(sams: Client, spent: Project) -> None:
    assert sams.get(reverse("budget_detail", args=[month_budget(spent.organisation).pk])).status_code == 404
    assert sams.get(reverse("budget_project_set", args=[spent.pk])).status_code == 404


def test_producers_read_the_history_of_a_budget(pats: Client, spent: Project) -> None:
    page = pats.get(reverse("budget_detail", args=[month_budget(spent.organisation).pk])).content.decode()
    assert [page.count(word) for word in ("Held</span>", "Settled</span>", "Overrun</span>")] == [2, 1, 1]


def test_admins_set_the_month(alices: Client, spent: Project) -> None:
    answer = alices.post(MONTH, {"limit": "500.5", "coming": "on"})
    assert answer.status_code == 302
    assert standing(spent.organisation).month.limit == Decimal("500.5")


def test_a_limit_under_what_is_used_comes_back_with_the_numbers(alices: Client, spent: Project) -> None:
    answer = alices.post(MONTH, {"limit": "114.99"})
    assert answer.status_code == 422
    assert "Set at least 115 credits (USD 0.575)." in answer.content.decode()
    assert 'value="114.99"' in answer.content.decode()


@pytest.mark.parametrize("limit", ["", "-1", "abc", "NaN", "1e40", "0.001", "1\0", "٣٤٥٦٧٨٩٠١٢٣٤٥"])
def test_what_is_no_limit_is_refused(alices: Client, project: Project, limit: str) -> None:
    assert alices.post(MONTH, {"limit": limit}).status_code == 422
    assert alices.post(reverse("budget_project_set", args=[project.pk]), {"limit": limit}).status_code == 422
    assert not Budget.objects.exists()


def test_producers_set_no_limits(pats: Client, project: Project) -> None:
    assert pats.post(MONTH, {"limit": "1"}).status_code == 403
    assert pats.post(reverse("budget_project_set", args=[project.pk]), {"limit": "1"}).status_code == 403


def test_admins_set_a_project(alices: Client, project: Project) -> None:
    url = reverse("budget_project_set", args=[project.pk])
    assert alices.get(url).status_code == 200
    alices.post(url, {"limit": "300"})
    assert project.name in alices.get(LIST).content.decode()
    assert standing(project.organisation, project).free == 300


def test_list_of_fifty_projects_asks_as_little_as_of_one(
    alices: Client, alice: User, project: Project, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(50):
        other = ProjectFactory.create(organisation=project.organisation, created_by=alice)
        if number % 2:
            set_project_limit(by=alice, project=other, limit=Decimal(number))
    with django_assert_max_num_queries(13):
        page = alices.get(LIST).content.decode()
    assert page.count("Set limit</a>") == 50
    assert "before=" in page
