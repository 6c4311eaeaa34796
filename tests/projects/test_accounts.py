"""Logging in and out, forgotten passwords, and what is closed."""

import re
from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from projects.actions.security import VERBS
from projects.models import AuditEntry, User
from projects.tasks import mail_address_link, mail_password_link
from tests.projects.conftest import Queued

PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def no_counts() -> Iterator[None]:
    """The rate limits count in the cache; each test starts at nought."""
    cache.clear()
    yield
    cache.clear()


def log_in(client: Client, email: str, password: str = PASSWORD) -> int:
    return client.post(reverse("account_login"), {"login": email, "password": password}).status_code


def test_logging_in_with_address_and_password(carl: User) -> None:
    client = Client()
    assert log_in(client, carl.email.upper()) == 302
    assert client.get(reverse("home")).status_code == 200


def test_a_wrong_password_is_refused(carl: User) -> None:
    client = Client()
    log_in(client, carl.email, "wrong")
    assert client.get(reverse("home")).status_code == 302


def test_guessing_passwords_is_slowed_down(carl: User) -> None:
    for _ in range(12):
        log_in(Client(), carl.email, "wrong")
    client = Client()
    log_in(client, carl.email)
    assert client.get(reverse("home")).status_code == 302


def test_an_account_switched_off_cannot_log_in(carl: User) -> None:
    User.objects.update(is_active=False)
    client = Client()
    log_in(client, carl.email)
    assert client.get(reverse("home")).status_code == 302


def test_logging_out(carls: Client) -> None:
    carls.post(reverse("account_logout"))
    assert carls.get(reverse("home")).status_code == 302


def test_nobody_signs_up(db: None) -> None:
    fields = {"email": "eve@example.com", "password1": "a meadow of 17 snails", "password2": "a meadow of 17 snails"}
    answer = Client().post("/accounts/signup/", fields)
    assert answer.status_code in (200, 403)
    assert not User.objects.filter(email="eve@example.com").exists()


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/signup/passkey/", "/accounts/2fa/webauthn/signup/"])
def test_no_other_door_to_an_account(path: str, db: None) -> None:
    Client().post(path, {"email": "eve@example.com"})
    assert not User.objects.exists()


def test_a_forgotten_password_is_mailed_by_a_worker(carl: User, queued: Queued) -> None:
    Client().post(reverse("account_reset_password"), {"email": carl.email})
    assert queued() == [("projects.tasks.mail_password_link", str(carl.pk))]
    assert not mail.outbox


def test_the_mailed_link_sets_a_new_password(carl: User, work: Callable[[], None]) -> None:
    Client().post(reverse("account_reset_password"), {"email": carl.email})
    work()
    path = re.search(r"/accounts/password/reset/key/\S+", str(mail.outbox[0].body))
    assert path
    client, new = Client(), "a meadow of 17 snails"
    page = client.get(path[0], follow=True)
    client.post(page.redirect_chain[-1][0], {"password1": new, "password2": new})
    assert log_in(Client(), carl.email, new) == 302


def test_an_unknown_address_gets_no_mail_and_the_same_answer(carl: User, queued: Queued) -> None:
    known = Client().post(reverse("account_reset_password"), {"email": carl.email})
    waiting = len(queued())
    unknown = Client().post(reverse("account_reset_password"), {"email": "eve@example.com"})
    assert (unknown.status_code, unknown.headers["Location"]) == (known.status_code, known.headers["Location"])
    assert (len(queued()), mail.outbox) == (waiting, [])


def test_an_added_address_is_proved_by_a_mailed_link(carl: User, carls: Client) -> None:
    address = EmailAddress.objects.create(user=carl, email="carl@home.example", verified=False)
    mail_address_link(str(address.pk))
    path = re.search(r"/accounts/confirm-email/\S+", str(mail.outbox[0].body))
    assert path
    carls.post(path[0])
    address.refresh_from_db()
    assert address.verified


@pytest.mark.parametrize("task", [mail_password_link, mail_address_link])
def test_a_task_for_nothing_does_nothing(task: Callable[[str], None], db: None) -> None:
    task("0b0d2f0e-0000-4000-8000-000000000000")
    task("nonsense")
    assert not mail.outbox


@pytest.mark.parametrize(
    "name",
    [
        "account_email",
        "account_change_password",
        "mfa_index",
        "usersessions_list",
        "profile",
        "notification_preferences",
    ],
)
def test_pages_of_one_s_own_account(name: str, carls: Client) -> None:
    assert carls.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"])
def test_a_second_factor_asks_for_the_password_again(name: str, carls: Client) -> None:
    assert carls.get(reverse(name), follow=True).status_code == 200


def test_the_admin_s_login_is_ours(carls: Client) -> None:
    assert Client().get("/admin/login/?next=/admin/").headers["Location"].startswith(reverse("account_login"))
    assert carls.get("/admin/login/").status_code == 403


# --- a second factor


def code_of(secret: str) -> str:
    """What the authenticator app shows now."""
    return str(totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))))


@pytest.fixture
def secret(carl: User) -> str:
    """Carl's authenticator app is set up with this."""
    made: str = totp.generate_totp_secret()
    totp.TOTP.activate(carl, made)
    return made


def test_the_second_factor_is_asked_for(carl: User, secret: str) -> None:
    client = Client()
    assert log_in(client, carl.email) == 302
    assert client.get(reverse("home")).status_code == 302


def test_the_code_of_the_app_lets_in(carl: User, secret: str) -> None:
    client = Client()
    log_in(client, carl.email)
    client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert client.get(reverse("home")).status_code == 200


def test_a_wrong_code_does_not(carl: User, secret: str) -> None:
    client = Client()
    log_in(client, carl.email)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    assert client.get(reverse("home")).status_code == 302


def test_a_recovery_code_lets_in_once(carl: User, secret: str) -> None:
    code = RecoveryCodes.activate(carl).get_unused_codes()[0]
    for expected in (200, 302):
        client = Client()
        log_in(client, carl.email)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert client.get(reverse("home")).status_code == expected


def test_an_app_is_set_up_after_the_password_was_asked_again(carl: User) -> None:
    EmailAddress.objects.create(user=carl, email=carl.email, verified=True, primary=True)
    client = Client()
    log_in(client, carl.email)
    asked = client.get(reverse("mfa_activate_totp"))
    assert asked.headers["Location"].startswith(reverse("account_reauthenticate"))
    page = client.post(asked.headers["Location"], {"password": PASSWORD}, follow=True)
    client.post(reverse("mfa_activate_totp"), {"code": code_of(page.context["form"].secret)})
    assert Authenticator.objects.filter(user=carl, type="totp").exists()


# --- what the log hears of it


def test_a_changed_password_is_in_the_log_without_it(carl: User) -> None:
    client, new = Client(), "a meadow of 17 snails"
    log_in(client, carl.email)
    fields = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    client.post(reverse("account_change_password"), fields)
    entry = AuditEntry.objects.get(verb="changed their password")
    assert (entry.actor, entry.changes) == (carl, {})


def test_every_listened_signal_leaves_a_row(carl: User, carls: Client) -> None:
    request = carls.get(reverse("profile")).wsgi_request
    for signal in VERBS:
        signal.send(sender=User, request=request, user=carl)
    assert set(AuditEntry.objects.values_list("verb", flat=True)) == set(VERBS.values())
