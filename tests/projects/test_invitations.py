"""An invitation: one mail, one address, one role, one use, seven days."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from projects.actions.invitations import LogInFirst, NotForYou, accept, invite, send_again, withdraw
from projects.actions.members import deactivate_member
from projects.errors import Refused
from projects.invitation_tokens import token_of
from projects.models import AuditEntry, Invitation, Member, Organisation, User
from projects.roles import Role
from projects.tasks import mail_invitation
from tests.factories import UserFactory
from tests.projects.conftest import Queued

PASSWORD = "a meadow of 17 snails"


@pytest.fixture
def invitation(alice: User, northlight: Organisation) -> Invitation:
    """Nora is invited as a creator."""
    return invite(by=alice, organisation=northlight, email="Nora@Example.com ", role=Role.CREATOR)


def link(invitation: Invitation) -> str:
    invitation.refresh_from_db()
    return reverse("invitation_accept", args=[token_of(invitation.pk, invitation.nonce)])


def join(client: Client, invitation: Invitation, **fields: str) -> int:
    return client.post(link(invitation), {"name": "Nora North", "password": PASSWORD, **fields}).status_code


# --- inviting


def test_the_mail_carries_a_link_that_works(invitation: Invitation, work: Callable[[], None]) -> None:
    work()
    (message,) = mail.outbox
    assert message.to == ["nora@example.com"]
    assert link(invitation) in message.body


def test_the_mail_goes_out_once_however_often_the_queue_says_so(invitation: Invitation) -> None:
    mail_invitation(str(invitation.pk))
    mail_invitation(str(invitation.pk))
    assert len(mail.outbox) == 1


def test_the_queue_carries_the_id_alone(invitation: Invitation, queued: Queued) -> None:
    assert queued() == [("projects.tasks.mail_invitation", str(invitation.pk))]


def test_no_token_in_the_row_the_log_or_the_page(invitation: Invitation, alices: Client) -> None:
    token = token_of(invitation.pk, invitation.nonce)
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    entries = list(AuditEntry.objects.values())
    page = alices.get(reverse("member_list")).content.decode()
    assert token not in f"{row}{entries}{page}"
    assert invitation.nonce not in page


def test_only_admins_invite(pat: User, northlight: Organisation) -> None:
    with pytest.raises(PermissionDenied):
        invite(by=pat, organisation=northlight, email="nora@example.com", role=Role.CREATOR)


def test_a_member_is_not_invited_again(alice: User, carl: User, northlight: Organisation) -> None:
    with pytest.raises(Refused, match="is a member already, as creator"):
        invite(by=alice, organisation=northlight, email=carl.email.upper(), role=Role.ADMIN)


def test_a_deactivated_member_is_reactivated_not_invited(alice: User, carl: User, northlight: Organisation) -> None:
    deactivate_member(by=alice, member=Member.objects.get(user=carl))
    with pytest.raises(Refused, match="Reactivate"):
        invite(by=alice, organisation=northlight, email=carl.email, role=Role.CREATOR)


def test_an_address_is_invited_once_at_a_time(alice: User, invitation: Invitation, northlight: Organisation) -> None:
    with pytest.raises(Refused, match="invited already"):
        invite(by=alice, organisation=northlight, email="nora@example.com", role=Role.ADMIN)


def test_an_expired_invitation_makes_room(alice: User, invitation: Invitation, northlight: Organisation) -> None:
    Invitation.objects.update(expires_at=timezone.now())
    invite(by=alice, organisation=northlight, email="nora@example.com", role=Role.REVIEWER)
    assert Invitation.objects.open().get().role == Role.REVIEWER


def test_the_form_invites(alices: Client) -> None:
    alices.post(reverse("member_invite"), {"email": "nora@example.com", "role": "producer"})
    assert str(Invitation.objects.get()) == "nora@example.com as producer"


@pytest.mark.parametrize(
    "fields",
    [{"email": "nora", "role": "creator"}, {"email": "nora@example.com", "role": "owner"}, {}, {"email": "a\0@b.org"}],
)
def test_bad_input_comes_back_with_what_was_typed(alices: Client, fields: dict[str, str]) -> None:
    answer = alices.post(reverse("member_invite"), fields)
    assert answer.status_code == 422
    assert not Invitation.objects.exists()


# --- withdrawing and sending again


def test_a_withdrawn_link_is_gone(alice: User, invitation: Invitation) -> None:
    withdraw(by=alice, invitation=invitation)
    answer = Client().get(link(invitation))
    assert (answer.status_code, b"withdrew it" in answer.content) == (410, True)


def test_sending_again_makes_the_old_link_worthless(alice: User, invitation: Invitation) -> None:
    old = link(invitation)
    send_again(by=alice, invitation=invitation)
    assert (Client().get(old).status_code, Client().get(link(invitation)).status_code) == (404, 200)


def test_sending_again_mails_the_new_link(alice: User, invitation: Invitation, work: Callable[[], None]) -> None:
    work()
    send_again(by=alice, invitation=invitation)
    work()
    assert link(invitation) in mail.outbox[1].body


def test_sending_again_gives_seven_more_days(alice: User, invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(days=1))
    send_again(by=alice, invitation=invitation)
    assert Client().get(link(invitation)).status_code == 200


def test_a_used_invitation_is_neither_sent_nor_withdrawn(alice: User, invitation: Invitation) -> None:
    accept(by=None, invitation=invitation, name="Nora", password=PASSWORD)
    with pytest.raises(Refused, match="used or withdrawn"):
        send_again(by=alice, invitation=invitation)
    with pytest.raises(Refused, match="joined already"):
        withdraw(by=alice, invitation=invitation)


@pytest.mark.parametrize("name", ["invitation_revoke", "invitation_resend"])
def test_the_buttons_are_for_admins(name: str, invitation: Invitation, pats: Client, sams: Client) -> None:
    url = reverse(name, args=[invitation.pk])
    assert [pats.post(url).status_code, sams.post(url).status_code] == [403, 404]


@pytest.mark.parametrize("name", ["invitation_revoke", "invitation_resend"])
def test_the_buttons_work(name: str, invitation: Invitation, alices: Client) -> None:
    before = link(invitation)
    assert alices.post(reverse(name, args=[invitation.pk])).status_code == 302
    assert Client().get(before).status_code in (404, 410)


# --- joining


def test_a_new_person_joins_and_is_logged_in(invitation: Invitation, northlight: Organisation) -> None:
    client = Client()
    assert join(client, invitation) == 302
    member = Member.objects.get(user__email="nora@example.com")
    assert (member.organisation, member.role, member.user.name) == (northlight, Role.CREATOR, "Nora North")
    assert client.get(reverse("project_list")).status_code == 200


def test_the_new_person_s_address_counts_as_proved(invitation: Invitation) -> None:
    join(Client(), invitation)
    address = EmailAddress.objects.get(email="nora@example.com")
    assert (address.verified, address.primary) == (True, True)


def test_a_link_works_once(invitation: Invitation) -> None:
    join(Client(), invitation)
    answer = Client().get(link(invitation))
    assert (answer.status_code, b"Each invitation works once" in answer.content) == (410, True)


def test_of_two_tabs_one_joins(invitation: Invitation) -> None:
    accept(by=None, invitation=invitation, name="Nora", password=PASSWORD)
    nora = User.objects.get(email="nora@example.com")
    with pytest.raises(Refused):
        accept(by=nora, invitation=invitation)
    assert Member.objects.filter(user=nora).count() == 1


def test_an_expired_link_says_whom_to_ask(invitation: Invitation) -> None:
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    answer = Client().get(link(invitation))
    assert (answer.status_code, b"Ask Alice Adler" in answer.content) == (410, True)


@pytest.mark.parametrize("token", ["x", "0" * 64, "%00", "🦊" * 20])
def test_a_made_up_link_is_not_found(token: str, db: None) -> None:
    assert Client().get(f"/invitation/{token}/").status_code == 404


@pytest.mark.parametrize("fields", [{"password": "short"}, {"password": "12345678901"}, {"name": " "}, {"name": "\0"}])
def test_bad_fields_make_no_account(invitation: Invitation, fields: dict[str, str]) -> None:
    assert join(Client(), invitation, **fields) == 422
    assert not User.objects.filter(email="nora@example.com").exists()


def test_a_password_like_the_address_is_refused(invitation: Invitation) -> None:
    assert join(Client(), invitation, password="nora@example.com") == 422


def test_somebody_with_an_account_logs_in_first(invitation: Invitation) -> None:
    UserFactory.create(email="nora@example.com", name="Nora")
    answer = Client().get(link(invitation))
    assert f"{reverse('account_login')}?next={link(invitation)}" in answer.content.decode()
    assert join(Client(), invitation) == 403


def test_the_action_makes_no_second_account(invitation: Invitation) -> None:
    UserFactory.create(email="nora@example.com", name="Nora")
    with pytest.raises(LogInFirst):
        accept(by=None, invitation=invitation, name="Eve", password=PASSWORD)


def test_the_invited_person_joins_with_one_button(invitation: Invitation) -> None:
    nora = UserFactory.create(email="nora@example.com", name="Nora")
    client = Client()
    client.force_login(nora)
    assert client.get(link(invitation)).status_code == 200
    client.post(link(invitation))
    assert Member.objects.get(user=nora).role == Role.CREATOR


def test_a_proved_second_address_counts_too(invitation: Invitation, sam: User) -> None:
    EmailAddress.objects.create(user=sam, email="nora@example.com", verified=True)
    assert accept(by=sam, invitation=invitation).user == sam


def test_an_unproved_second_address_does_not(invitation: Invitation, sam: User) -> None:
    EmailAddress.objects.create(user=sam, email="nora@example.com", verified=False)
    with pytest.raises(NotForYou):
        accept(by=sam, invitation=invitation)


def test_somebody_else_is_told_whose_it_is(invitation: Invitation, carls: Client) -> None:
    answer = carls.post(link(invitation))
    assert (answer.status_code, b"nora@example.com" in answer.content) == (403, True)
    invitation.refresh_from_db()
    assert invitation.accepted_at is None


def test_the_log_says_who_joined(invitation: Invitation) -> None:
    join(Client(), invitation)
    assert AuditEntry.objects.get(verb="joined").actor_name == "Nora North"
