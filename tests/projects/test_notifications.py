"""People are told once, in the ways they wish, and mails go out once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from projects.actions.invitations import invite
from projects.actions.members import deactivate_member
from projects.actions.notifications import ask_again_for_lost_mail
from projects.actions.notify import tell
from projects.actions.profile import Wish, set_preferences
from projects.models import Invitation, Member, Notification, NotificationKind, Organisation, User
from projects.roles import Role
from projects.tasks import mail_notification
from tests.factories import MemberFactory
from tests.projects.conftest import Queued

KIND = NotificationKind.DECIDED


@pytest.fixture
def told(carl: User, northlight: Organisation) -> Notification:
    """Carl is told of a decision."""
    tell(users=[carl], organisation=northlight, kind=KIND, text="Rita approved v1 of Opening", path="/projects/")
    return Notification.objects.get()


def html_of(message: EmailMessage) -> str:
    assert isinstance(message, EmailMultiAlternatives)
    return str(message.alternatives[0][0])


# --- mail


def test_the_mail_says_what_and_leads_there(told: Notification, work: Callable[[], None]) -> None:
    work()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["carl.cho@example.com"], "Decided: Rita approved v1 of Opening")
    assert f"http://localhost:8000{reverse('notification_open', args=[told.pk])}" in message.body


def test_the_mail_has_text_and_html_without_anything_from_outside(told: Notification) -> None:
    mail_notification(str(told.pk))
    html = html_of(mail.outbox[0])
    assert "<p>Hello Carl,</p>" in html
    assert not any(word in html for word in ("<img", "<style", "<script", "<link"))


def test_a_mail_goes_out_once(told: Notification) -> None:
    mail_notification(str(told.pk))
    mail_notification(str(told.pk))
    assert len(mail.outbox) == 1


def test_text_is_escaped_in_html_and_not_in_text(carl: User, northlight: Organisation) -> None:
    tell(users=[carl], organisation=northlight, kind=KIND, text="<b>Tom & Jerry</b>\nBcc: x", path="/")
    mail_notification(str(Notification.objects.get().pk))
    message = mail.outbox[0]
    assert "<b>Tom & Jerry</b>" in message.body
    assert "&lt;b&gt;Tom &amp; Jerry" in html_of(message)
    assert message.subject == "Decided: <b>Tom & Jerry</b> Bcc: x"


def test_a_mail_server_that_fails_leaves_the_mail_to_be_sent(
    told: Notification, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_: object) -> None:
        raise OSError("no route to the mail server")

    with monkeypatch.context() as patch:
        patch.setattr("projects.tasks.send", fail)
        mail_notification(str(told.pk))
    mail_notification(str(told.pk))
    assert len(mail.outbox) == 1


def test_who_left_gets_no_mail(told: Notification, alice: User, carl: User) -> None:
    deactivate_member(by=alice, member=Member.objects.get(user=carl))
    mail_notification(str(told.pk))
    assert not mail.outbox


def test_a_lost_mail_is_asked_for_again(told: Notification, queued: Queued) -> None:
    assert ask_again_for_lost_mail() == 0
    Notification.objects.update(created_at=timezone.now() - timedelta(minutes=5))
    assert ask_again_for_lost_mail() == 1
    assert queued() == [("projects.tasks.mail_notification", str(told.pk))] * 2


def test_a_lost_invitation_is_asked_for_again(alice: User, northlight: Organisation, queued: Queued) -> None:
    invitation = invite(by=alice, organisation=northlight, email="nora@example.com", role=Role.CREATOR)
    assert ask_again_for_lost_mail() == 0
    Invitation.objects.update(expires_at=F("expires_at") - timedelta(minutes=5))
    assert ask_again_for_lost_mail() == 1
    assert queued()[1] == ("projects.tasks.mail_invitation", str(invitation.pk))


def test_yesterday_s_news_is_not_mailed(told: Notification) -> None:
    Notification.objects.update(created_at=timezone.now() - timedelta(days=2))
    assert ask_again_for_lost_mail() == 0


# --- telling


def test_wishes_decide_how(carl: User, pat: User, northlight: Organisation, queued: Queued) -> None:
    set_preferences(by=carl, wishes={KIND: Wish(True, False)})
    set_preferences(by=pat, wishes={KIND: Wish(False, False)})
    tell(users=[carl, pat, carl], organisation=northlight, kind=KIND, text="Done", path="/")
    row = Notification.objects.get()
    assert (row.user, row.by_mail, queued()) == (carl, False, [])


def test_only_by_mail_is_not_listed(carl: User, carls: Client, northlight: Organisation) -> None:
    set_preferences(by=carl, wishes={KIND: Wish(False, True)})
    tell(users=[carl], organisation=northlight, kind=KIND, text="By mail alone", path="/")
    assert b"By mail alone" not in carls.get(reverse("notification_list")).content


# --- the list


def test_the_list_shows_one_s_own(told: Notification, carls: Client, pats: Client) -> None:
    pages = [client.get(reverse("notification_list")).content for client in (carls, pats)]
    assert [told.text.encode() in page for page in pages] == [True, False]


def test_opening_marks_as_read_and_goes_there(told: Notification, carls: Client) -> None:
    answer = carls.get(reverse("notification_open", args=[told.pk]))
    told.refresh_from_db()
    assert (answer.headers["Location"], told.read_at is not None) == ("/projects/", True)


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "/\\evil.example"]
)
def test_only_own_paths_are_opened(told: Notification, carls: Client, path: str) -> None:
    Notification.objects.update(path=path)
    answer = carls.get(reverse("notification_open", args=[told.pk]))
    assert answer.headers["Location"] == reverse("notification_list")


def test_nobody_opens_another_s(told: Notification, pats: Client) -> None:
    assert pats.get(reverse("notification_open", args=[told.pk])).status_code == 404


def test_everything_is_marked_as_read(told: Notification, carls: Client, alice: User, northlight: Organisation) -> None:
    tell(users=[alice], organisation=northlight, kind=KIND, text="For Alice", path="/")
    carls.post(reverse("notification_read_all"))
    assert Notification.objects.unread().get().user == alice


@pytest.mark.parametrize("count", [3, 50])
def test_the_list_asks_the_same_few_questions(
    carl: User, carls: Client, northlight: Organisation, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        tell(users=[carl], organisation=northlight, kind=KIND, text=f"No. {number}", path="/")
    with django_assert_num_queries(5):
        carls.get(reverse("notification_list"))


def test_somebody_who_left_hears_no_more_of_the_work(carl: User, carls: Client, northlight: Organisation) -> None:
    MemberFactory.create(user=carl)  # he is still active in another organisation
    tell(users=[carl], organisation=northlight, kind=KIND, text="Before", path="/")
    Member.objects.filter(user=carl, organisation=northlight).update(is_active=False)
    tell(users=[carl], organisation=northlight, kind=KIND, text="After", path="/")
    assert not Notification.objects.filter(text="After").exists()
    assert "Before" not in carls.get(reverse("notification_list")).text


def test_mail_for_somebody_who_left_is_not_asked_for_again(told: Notification, carl: User) -> None:
    Member.objects.filter(user=carl).update(is_active=False)
    mail_notification(str(told.pk))
    told.refresh_from_db()
    assert told.mailed_at is not None
    assert not mail.outbox
