"""What people change about themselves, and what they want to be told."""

import pytest
from django.test import Client
from django.urls import reverse

from projects.actions.profile import Wish, change_profile, preferences, set_preferences
from projects.errors import Refused
from projects.models import AuditEntry, NotificationKind, NotificationPreference, User
from tests.factories import MemberFactory

REVIEW = NotificationKind.REVIEW_ASKED


def test_name_and_zone_change(carls: Client, carl: User) -> None:
    answer = carls.post(reverse("profile"), {"name": "Carlo Cho", "time_zone": "Asia/Seoul"})
    carl.refresh_from_db()
    assert (answer.status_code, carl.name, carl.time_zone) == (302, "Carlo Cho", "Asia/Seoul")


def test_every_organisation_s_log_says_so(carl: User) -> None:
    MemberFactory.create(user=carl)
    change_profile(by=carl, name="Carlo Cho", time_zone="UTC")
    rows = AuditEntry.objects.filter(verb="changed their profile")
    assert [row.changes for row in rows] == [{"name": ["Carl Cho", "Carlo Cho"]}] * 2


def test_saving_the_same_again_leaves_no_row(carl: User) -> None:
    change_profile(by=carl, name=carl.name, time_zone=carl.time_zone)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    "fields", [{"name": ""}, {"name": "x" * 121}, {"name": "a\0"}, {"time_zone": "Mars/Olympus"}, {"time_zone": ""}]
)
def test_bad_fields_come_back(carls: Client, carl: User, fields: dict[str, str]) -> None:
    answer = carls.post(reverse("profile"), {"name": "Carlo", "time_zone": "UTC", **fields})
    carl.refresh_from_db()
    assert (answer.status_code, carl.name) == (422, "Carl Cho")


@pytest.mark.parametrize(("name", "zone"), [(" ", "UTC"), ("Carl", "Mars/Olympus")])
def test_the_action_refuses_them_too(carl: User, name: str, zone: str) -> None:
    with pytest.raises(Refused):
        change_profile(by=carl, name=name, time_zone=zone)


def test_the_profile_leads_to_the_rest_of_the_account(carls: Client) -> None:
    page = carls.get(reverse("profile")).content.decode()
    names = ("account_change_password", "mfa_index", "usersessions_list", "notification_preferences")
    assert all(reverse(name) in page for name in names)


def test_everything_is_on_until_said_otherwise(carl: User) -> None:
    assert set(preferences(carl).values()) == {Wish(True, True)}


def test_each_way_of_telling_is_switched_by_itself(carls: Client, carl: User) -> None:
    on = {f"{kind}-{way}": "on" for kind in NotificationKind for way in ("in_app", "by_mail")}
    del on[f"{REVIEW}-by_mail"]
    carls.post(reverse("notification_preferences"), on)
    assert preferences(carl)[REVIEW] == Wish(True, False)
    assert NotificationPreference.objects.count() == 1


def test_a_changed_wish_is_in_the_log_in_words(carl: User) -> None:
    set_preferences(by=carl, wishes={REVIEW: Wish(False, False)})
    entry = AuditEntry.objects.get(verb="changed their notifications")
    assert entry.changes == {"review_asked": ["in the app and by mail", "off"]}


def test_kinds_not_named_stay(carl: User) -> None:
    set_preferences(by=carl, wishes={REVIEW: Wish(False, True)})
    set_preferences(by=carl, wishes={NotificationKind.FAILED: Wish(True, False)})
    assert preferences(carl)[REVIEW] == Wish(False, True)
