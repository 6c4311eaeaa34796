"""The log: every action, found again by filters, never changed by anybody."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from projects.actions.audit import log
from projects.models import AuditEntry, Organisation, User
from projects.models.append_only import AppendOnlyError
from tests.factories import MemberFactory, UserFactory


@pytest.fixture
def entry(northlight: Organisation, alice: User) -> AuditEntry:
    """Alice changed the organisation's name."""
    return log(
        organisation=northlight,
        by=alice,
        verb="renamed",
        target=northlight,
        label="Northlight",
        changes={"name": ("Old light", "North light")},
    )


def shown(client: Client, **filters: str) -> str:
    return client.get(reverse("audit_list"), filters).content.decode()


# --- immutable


def test_a_row_cannot_be_changed(entry: AuditEntry) -> None:
    entry.verb = "deleted"
    with pytest.raises(AppendOnlyError):
        entry.save()


def test_a_row_cannot_be_deleted(entry: AuditEntry) -> None:
    with pytest.raises(AppendOnlyError):
        entry.delete()


def test_rows_cannot_be_changed_in_bulk(entry: AuditEntry) -> None:
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.update(verb="x")
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.bulk_update([entry], ["verb"])


def test_rows_cannot_be_deleted_in_bulk(entry: AuditEntry) -> None:
    with pytest.raises(AppendOnlyError):
        AuditEntry.objects.all().delete()


def test_a_person_in_the_log_cannot_be_deleted(entry: AuditEntry, alice: User) -> None:
    with pytest.raises(Exception, match="protected"):
        alice.delete()


# --- the page


def test_the_page_shows_who_what_on_what_and_old_and_new(entry: AuditEntry, alices: Client) -> None:
    page = shown(alices)
    assert all(words in page for words in ("Alice Adler", "renamed", "Northlight", "Old light → North light"))


def test_the_machine_has_a_name(northlight: Organisation, alices: Client) -> None:
    log(organisation=northlight, by=None, verb="released", target=northlight)
    assert '<td data-label="Who">Kling CMS</td>' in shown(alices, person="machine")


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"verb": "renamed"}, True),
        ({"kind": "organisation"}, True),
        ({"kind": "project"}, False),
        ({"person": "machine"}, False),
        ({"text": "northl"}, True),
        ({"text": "alice"}, True),
        ({"text": "sunset"}, False),
        ({"since": "2026-01-01", "until": "2099-01-01"}, True),
        ({"until": "2026-01-01"}, False),
    ],
)
def test_filters(entry: AuditEntry, alices: Client, filters: dict[str, str], found: bool) -> None:
    assert ("North light" in shown(alices, **filters)) is found


def test_the_filter_by_person(entry: AuditEntry, alices: Client, carl: User, alice: User) -> None:
    found = ["North light" in shown(alices, person=str(person.pk)) for person in (alice, carl)]
    assert found == [True, False]


def test_days_are_days_in_the_reader_s_zone(northlight: Organisation, alice: User, alices: Client) -> None:
    late = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    AuditEntry.objects.create(
        organisation=northlight, actor=alice, actor_name="Alice", verb="rose early", target_type="user", created_at=late
    )
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Seoul")
    found = ["rose early</td>" in shown(alices, since=day, until=day) for day in ("2026-03-01", "2026-03-02")]
    assert found == [False, True]


@pytest.mark.parametrize(
    "filters",
    [
        {"since": "yesterday"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"since": "2026-02-01", "until": "2026-01-01"},
        {"person": "nobody"},
        {"verb": "never done"},
        {"kind": "\0"},
        {"text": "\0"},
        {"text": "x" * 201},
    ],
)
def test_a_filter_that_cannot_be_read_shows_nothing_and_says_so(
    entry: AuditEntry, alices: Client, filters: dict[str, str]
) -> None:
    answer = alices.get(reverse("audit_list"), filters)
    assert (answer.status_code, b"North light" in answer.content) == (422, False)


def test_another_organisation_s_log_is_not_shown(entry: AuditEntry, sams: Client) -> None:
    assert "North light" not in shown(sams)


@pytest.mark.parametrize("count", [3, 50])
def test_the_page_asks_the_same_few_questions(
    northlight: Organisation, alices: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(count):
        log(organisation=northlight, by=UserFactory.create(), verb="looked", target=northlight, changes={"a": (1, 2)})
    with django_assert_num_queries(9):
        shown(alices)


@pytest.mark.parametrize("count", [3, 50])
def test_the_people_page_does_too(
    northlight: Organisation, alices: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    MemberFactory.create_batch(count, organisation=northlight)
    with django_assert_num_queries(8):
        alices.get(reverse("member_list"))


def test_the_filter_offers_the_kinds_of_thing_the_log_speaks_of(alices: Client, entry: AuditEntry) -> None:
    page = shown(alices)
    assert '<option value="organisation">' in page
    assert '<option value="budget">' not in page
