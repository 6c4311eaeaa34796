"""Roles change and memberships end, but never so that nobody can manage the organisation."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse

from projects.actions.members import change_role, deactivate_member, reactivate_member
from projects.errors import Refused
from projects.models import AuditEntry, Member, Organisation, User
from projects.roles import Role
from tests.factories import MemberFactory


def member_of(user: User) -> Member:
    return Member.objects.get(user=user)


def test_an_admin_gives_another_role(alice: User, carl: User) -> None:
    change_role(by=alice, member=member_of(carl), role=Role.PRODUCER)
    assert member_of(carl).role == Role.PRODUCER


def test_a_changed_role_is_in_the_log_with_old_and_new(alice: User, carl: User) -> None:
    change_role(by=alice, member=member_of(carl), role=Role.PRODUCER)
    entry = AuditEntry.objects.get(verb="changed the role of")
    assert (entry.actor, entry.target_label, entry.changes) == (alice, "Carl Cho", {"role": ["creator", "producer"]})


def test_the_same_role_again_leaves_no_row(alice: User, carl: User) -> None:
    change_role(by=alice, member=member_of(carl), role=Role.CREATOR)
    assert not AuditEntry.objects.exists()


def test_a_producer_changes_no_role(pat: User, carl: User) -> None:
    with pytest.raises(PermissionDenied):
        change_role(by=pat, member=member_of(carl), role=Role.ADMIN)
    assert member_of(carl).role == Role.CREATOR


def test_nobody_changes_their_own_role(alice: User) -> None:
    with pytest.raises(Refused, match="your own role"):
        change_role(by=alice, member=member_of(alice), role=Role.REVIEWER)


def test_a_deactivated_member_s_role_waits(alice: User, carl: User) -> None:
    deactivate_member(by=alice, member=member_of(carl))
    with pytest.raises(Refused, match="Reactivate"):
        change_role(by=alice, member=member_of(carl), role=Role.PRODUCER)


def test_two_admins_cannot_both_go(alice: User, northlight: Organisation) -> None:
    second = MemberFactory.create(organisation=northlight, role=Role.ADMIN)
    deactivate_member(by=alice, member=second)
    with pytest.raises(Exception, match="No such page"):
        deactivate_member(by=second.user, member=member_of(alice))
    assert member_of(alice).is_active


def test_a_deactivated_member_is_out_at_once(alice: User, carl: User, carls: Client) -> None:
    assert carls.get(reverse("project_list")).status_code == 200
    deactivate_member(by=alice, member=member_of(carl))
    answer = carls.get(reverse("project_list"))
    assert (answer.status_code, b"You are in no organisation" in answer.content) == (403, True)


def test_a_reactivated_member_has_the_old_role(alice: User, carl: User) -> None:
    deactivate_member(by=alice, member=member_of(carl))
    reactivate_member(by=alice, member=member_of(carl))
    assert (member_of(carl).is_active, member_of(carl).role) == (True, Role.CREATOR)


def test_nobody_deactivates_themselves(alice: User) -> None:
    with pytest.raises(Refused, match="yourself"):
        deactivate_member(by=alice, member=member_of(alice))


def test_the_only_other_admin_can_be_deactivated_but_not_the_last(alice: User, northlight: Organisation) -> None:
    asleep = MemberFactory.create(organisation=northlight, role=Role.ADMIN)
    User.objects.filter(pk=asleep.user_id).update(is_active=False)
    deactivate_member(by=alice, member=asleep)
    assert not member_of(asleep.user).is_active


def test_a_stranger_finds_no_member(sam: User, carl: User) -> None:
    with pytest.raises(Exception, match="No such page"):
        deactivate_member(by=sam, member=member_of(carl))


def test_the_page_lists_people_with_role_state_and_last_login(alices: Client, carl: User) -> None:
    page = alices.get(reverse("member_list")).content.decode()
    assert all(words in page for words in ("Carl Cho", "carl.cho@example.com", "Creator", "Active", "never"))


def test_the_role_button_changes_the_role(alices: Client, carl: User) -> None:
    alices.post(reverse("member_role", args=[member_of(carl).pk]), {"role": "reviewer"})
    assert member_of(carl).role == Role.REVIEWER


def test_an_unknown_role_is_refused_with_a_sentence(alices: Client, carl: User) -> None:
    answer = alices.post(reverse("member_role", args=[member_of(carl).pk]), {"role": "owner\0"}, follow=True)
    assert "That is no role" in answer.content.decode()
    assert member_of(carl).role == Role.CREATOR


def test_deactivating_and_reactivating_by_the_buttons(alices: Client, carl: User) -> None:
    alices.post(reverse("member_deactivate", args=[member_of(carl).pk]))
    assert not member_of(carl).is_active
    alices.post(reverse("member_reactivate", args=[member_of(carl).pk]))
    assert member_of(carl).is_active


@pytest.mark.parametrize("name", ["member_role", "member_deactivate", "member_reactivate"])
def test_others_have_no_buttons(name: str, pats: Client, sams: Client, carl: User) -> None:
    url = reverse(name, args=[member_of(carl).pk])
    assert [pats.post(url).status_code, sams.post(url).status_code, Client().post(url).status_code] == [403, 404, 302]


@pytest.mark.parametrize("name", ["member_list", "member_invite", "audit_list", "organisation_settings"])
def test_settings_are_for_admins(name: str, alices: Client, pats: Client, carls: Client, ritas: Client) -> None:
    answers = [client.get(reverse(name)).status_code for client in (alices, pats, carls, ritas)]
    assert answers == [200, 403, 403, 403]
