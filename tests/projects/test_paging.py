"""Pages by key: every row once, in order, both ways, whatever the address says."""

from datetime import UTC, datetime, timedelta

import pytest
from django.http import QueryDict
from pytest_django import DjangoAssertNumQueries

from projects.models import Organisation, Project
from projects.paging import page_by_key, read_key, write_key
from tests.factories import ProjectFactory

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def five(northlight: Organisation) -> list[Project]:
    """Five projects, newest first; three of them of the same moment."""
    moments = [NOON, NOON, NOON, NOON + timedelta(hours=1), NOON - timedelta(hours=1)]
    rows = [ProjectFactory.create(organisation=northlight, created_at=moment) for moment in moments]
    return sorted(rows, key=lambda row: (row.created_at, row.pk), reverse=True)


def params(query: str) -> QueryDict:
    return QueryDict(query.removeprefix("?"))


def test_first_page_has_the_newest_rows(five: list[Project]) -> None:
    page = page_by_key(Project.objects.all(), params(""), size=2)
    assert page.rows == five[:2]
    assert page.previous_query == ""


def test_following_older_meets_every_row_once(five: list[Project]) -> None:
    seen: list[Project] = []
    query = ""
    while query or not seen:
        page = page_by_key(Project.objects.all(), params(query), size=2)
        seen += page.rows
        query = page.next_query
    assert seen == five


def test_newer_leads_back(five: list[Project]) -> None:
    first = page_by_key(Project.objects.all(), params(""), size=2)
    second = page_by_key(Project.objects.all(), params(first.next_query), size=2)
    back = page_by_key(Project.objects.all(), params(second.previous_query), size=2)
    assert back.rows == first.rows
    assert back.previous_query == ""
    assert back.next_query == first.next_query


def test_filters_stay_in_the_address(five: list[Project]) -> None:
    page = page_by_key(Project.objects.all(), params("kind=a&kind=b&after=x"), size=2)
    assert page.next_query.startswith("?kind=a&kind=b&before=")


def test_exactly_one_page_has_no_next(five: list[Project]) -> None:
    assert page_by_key(Project.objects.all(), params(""), size=5).next_query == ""


@pytest.mark.parametrize("key", ["", "x", "1-", "-1", "9" * 400 + "-" + "0" * 32, "1-zz", "\0", "１-" + "g" * 32])
def test_unreadable_key_gives_the_first_page(five: list[Project], key: str) -> None:
    page = page_by_key(Project.objects.all(), QueryDict(mutable=True), size=2)
    assert page_by_key(Project.objects.all(), params(f"before={key}"), size=2).rows == page.rows


def test_key_survives_the_address(five: list[Project]) -> None:
    row = five[0]
    assert read_key(write_key(row.created_at, row.pk)) == (row.created_at, row.pk)


def test_page_is_one_query(five: list[Project], django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        page_by_key(Project.objects.all(), params(""), size=2)
