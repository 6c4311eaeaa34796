"""The ledger page and its CSV: filters, sums, pages, and texts that would be formulas."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from projects import ledger
from projects.actions.budgets import set_project_limit
from projects.actions.money import hold, release, settle
from projects.csv_export import safe_cell
from projects.models import Project, User
from tests.factories import ProjectFactory

LIST, CSV = reverse("ledger_list"), reverse("ledger_csv")
JOB = "generation:0b0d6f3e-1111-4a61-9c11-000000000001"


def book(project: Project, by: User, what: str, key: str = JOB, charged: int | None = 55) -> None:
    """A take that was held for 55 credits and settled, or released for None."""
    hold(organisation=project.organisation, project=project, key=key, credits=Decimal(55), by=by, what=what)
    if charged is None:
        release(key=key)
    else:
        settle(key=key, charged=Decimal(charged))


@pytest.fixture
def booked(project: Project, carl: User, pat: User) -> Project:
    """Three takes of two projects by two people: Opening and Closing by Carl, Packshot by Pat, released."""
    other = ProjectFactory.create(organisation=project.organisation, name="Autumn", created_by=pat)
    book(project, carl, "Opening, take 1")
    book(project, carl, "Closing, take 1", "generation:2", charged=60)
    book(other, pat, "Packshot, take 1", "generation:3", charged=None)
    return project


def named(client: Client, **query: str) -> set[str]:
    """Which of the three takes the page shows."""
    page = client.get(LIST, query).content.decode()
    return {word for word in ("Opening", "Closing", "Packshot") if f"{word}, take 1" in page}


def test_ledger_shows_everything_newest_first(pats: Client, booked: Project) -> None:
    page = pats.get(LIST).content.decode()
    assert page.index("Packshot, take 1") < page.index("Closing, take 1") < page.index("Opening, take 1")


def test_a_project_budget_doubles_no_row(pats: Client, alice: User, booked: Project) -> None:
    before = pats.get(LIST).content.decode().count("Opening, take 1")
    set_project_limit(by=alice, project=booked, limit=Decimal(500))
    assert pats.get(LIST).content.decode().count("Opening, take 1") == before == 2


def test_filters_find_what_they_name(pats: Client, carl: User, booked: Project) -> None:
    assert named(pats, project=str(booked.pk)) == {"Opening", "Closing"}
    assert named(pats, kind="release") == {"Packshot"}
    assert named(pats, person=str(carl.pk), text="closing") == {"Closing"}
    assert named(pats, text=JOB) == {"Opening"}
    assert named(pats, text=JOB.removeprefix("generation:")) == {"Opening"}


def test_the_chosen_project_stays_chosen_and_its_name_is_escaped(pats: Client, booked: Project) -> None:
    Project.objects.filter(pk=booked.pk).update(name="<b>Spring</b>")
    page = pats.get(LIST, {"project": str(booked.pk)}).content.decode()
    assert f'<option value="{booked.pk}" selected>&lt;b&gt;Spring&lt;/b&gt;</option>' in page


def test_days_are_the_persons_own(pats: Client, pat: User, project: Project, carl: User) -> None:
    User.objects.filter(pk=pat.pk).update(time_zone="Pacific/Auckland")
    with time_machine.travel(datetime(2026, 11, 2, 12, tzinfo=UTC)):
        book(project, carl, "Opening, take 1")
    assert named(pats, since="2026-11-03", until="2026-11-03") == {"Opening"}
    assert named(pats, until="2026-11-02") == set()


def test_sums_of_everything_and_of_a_filter(pats: Client, booked: Project) -> None:
    everything = pats.get(LIST).context["totals"]
    assert (everything.charged, everything.overrun, everything.held) == (115, 5, 0)
    opening = pats.get(LIST, {"text": "Opening"}).context["totals"]
    assert (opening.rows, opening.charged, opening.held, opening.released) == (2, 55, 55, 0)


def test_too_many_rows_are_not_added_up(pats: Client, booked: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "ROWS_SUMMED", 1)
    page = pats.get(LIST, {"text": "take"})
    assert page.context["totals"].complete is False
    assert "too many to add up" in page.content.decode()


@pytest.mark.parametrize(
    "query",
    [
        {"project": "x"},
        {"project": "\0"},
        {"person": "0"},
        {"kind": "theft"},
        {"since": "yesterday"},
        {"until": "9999-12-31"},
        {"since": "2026-11-02", "until": "2026-11-01"},
        {"text": "\0"},
        {"text": "x" * 201},
    ],
)
@pytest.mark.parametrize("url", [LIST, CSV])
def test_filters_that_make_no_sense_get_a_sentence(
    pats: Client, booked: Project, url: str, query: dict[str, str]
) -> None:
    answer = pats.get(url, query)
    assert answer.status_code == 422
    assert "These filters can&#x27;t be used." in answer.content.decode()


def test_another_organisations_rows_stay_there(sams: Client, booked: Project) -> None:
    assert named(sams) == set()
    assert sams.get(LIST, {"project": str(booked.pk)}).status_code == 422


def rows_of(client: Client, **query: str) -> list[dict[str, str]]:
    """The rows of the CSV by column."""
    text = b"".join(client.get(CSV, query)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_the_filtered_rows(pats: Client, booked: Project) -> None:
    settled = rows_of(pats, text="Closing", kind="overrun")
    assert len(settled) == 1
    assert settled[0]["Credits"] == "5.00"
    assert Decimal(settled[0]["USD"]) == Decimal("0.025")
    assert settled[0]["Person"] == "Carl Cho"


def test_csv_quotes_formulas(pats: Client, project: Project, carl: User) -> None:
    book(project, carl, '=HYPERLINK("http://evil.example";"Opening")')
    assert rows_of(pats)[0]["What"] == '\'=HYPERLINK("http://evil.example";"Opening")'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "＝"])
def test_formula_starts_are_quoted(start: str) -> None:
    assert safe_cell(f"{start}1") == f"'{start}1"


@pytest.mark.parametrize("value", [Decimal("-5.00"), -5, None, "", "Opening", "a=b"])
def test_numbers_and_plain_texts_stay(value: object) -> None:
    assert safe_cell(value) == value  # type: ignore[arg-type]  # any cell


def test_ledger_asks_little_with_fifty_rows_and_every_filter(
    pats: Client, project: Project, carl: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        book(project, carl, f"Opening, take {number}", f"generation:{number}")
    query = {"project": str(project.pk), "person": str(carl.pk), "text": "Opening", "since": "2020-01-01"}
    with django_assert_max_num_queries(12):
        page = pats.get(LIST, query)
    assert len(page.context["page"].rows) == 50
