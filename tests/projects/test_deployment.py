"""A copied database does not spend: it knows for which deployment it works, and stands still anywhere else."""

import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from assets.providers.standin import StandIn
from kling_cms.management.commands.demo import Command as Demo
from projects import deployment
from projects.actions.deployment import adopt_deployment
from projects.actions.notifications import ask_again_for_lost_mail
from projects.actions.notify import tell
from projects.deployment import differences, safe_mode
from projects.models import AuditEntry, Deployment, Invitation, Notification, NotificationKind, Organisation, User
from projects.tasks import mail_invitation, mail_notification
from tests.assets.conftest import Ask, ask, standin  # noqa: F401  # fixtures
from tests.queue_support import advance, drain

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ADOPT, HOME = reverse("deployment_adopt"), reverse("home")


@pytest.fixture
def elsewhere(settings: Settings) -> None:
    """The database is bound, and then this process is another deployment's."""
    assert not safe_mode()
    settings.SECRET_KEY = "of-a-laptop-and-long-enough-to-be-taken-for-one"


def bucket(settings: Settings, name: str, endpoint: str = "https://s3.example.com") -> None:
    options = {"bucket_name": name, "endpoint_url": endpoint, "secret_key": "x"}
    settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "storages.backends.s3.S3Storage"}}
    settings.STORAGES["default"]["OPTIONS"] = options


def test_the_first_start_binds_by_itself() -> None:
    assert not safe_mode()
    first = Deployment.objects.get()
    assert first.bound_by is None
    assert not safe_mode()
    assert Deployment.objects.get() == first


def test_processes_of_one_deployment_agree_however_they_reach_it(settings: Settings, monkeypatch: Any) -> None:
    settings.PUBLIC_URL = "https://cms.example.com"
    assert not safe_mode()
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", "another")
    if connection.vendor == "postgresql":
        monkeypatch.setitem(connection.settings_dict, "HOST", "pooler")
        monkeypatch.setitem(connection.settings_dict, "PORT", "6432")
    settings.MEDIA_ROOT = "/mnt/of-another-machine"
    settings.PUBLIC_URL = ""  # a worker needs none
    assert not safe_mode()


CHANGES: dict[str, Callable[[Settings], object]] = {
    "SECRET_KEY": lambda settings: setattr(settings, "SECRET_KEY", "y" * 40),
    "PUBLIC_URL": lambda settings: setattr(settings, "PUBLIC_URL", "https://staging.example.com"),
    "the bucket": lambda settings: bucket(settings, "staging"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_another_deployment_is_told_by(settings: Settings, what: str) -> None:
    settings.PUBLIC_URL = "https://cms.example.com"
    bucket(settings, "clips")
    assert differences() == []
    CHANGES[what](settings)
    assert differences() == [what]


def test_another_database_is_told_by_its_server_or_file(monkeypatch: pytest.MonkeyPatch) -> None:
    assert differences() == []
    if connection.vendor == "postgresql":
        monkeypatch.setattr(deployment, "_server", lambda: "1234567890")
    else:
        monkeypatch.setitem(connection.settings_dict, "NAME", "/home/somebody/copy.sqlite3")
    assert differences() == ["the database server"]


def test_a_name_that_comes_later_is_learnt(settings: Settings) -> None:
    settings.PUBLIC_URL = ""
    assert differences() == []
    settings.PUBLIC_URL = "https://cms.example.com"
    assert differences() == []
    settings.PUBLIC_URL = "https://staging.example.com"
    assert differences() == ["PUBLIC_URL"]


def test_the_names_are_not_readable_in_a_dump(settings: Settings) -> None:
    settings.PUBLIC_URL = "https://cms.example.com"
    safe_mode()
    told = str(Deployment.objects.get().parts)
    assert "example" not in told
    assert settings.SECRET_KEY not in told


@pytest.mark.usefixtures("elsewhere")
def test_a_copy_submits_nothing_and_keeps_the_hold(standin: StandIn, ask: Ask) -> None:  # noqa: F811
    job = advance(ask())
    assert (job.state, len(standin.accepted), job.attempts.count()) == ("queued", 0, 0)
    adopt_deployment()
    assert advance(job).state == "running"


def test_a_copy_follows_and_fetches_what_was_submitted(
    standin: StandIn,  # noqa: F811
    ask: Ask,  # noqa: F811
    settings: Settings,
) -> None:
    job = advance(ask())
    settings.SECRET_KEY = "y" * 40
    standin.complete()
    assert advance(job).state == "ready"


@pytest.mark.usefixtures("elsewhere")
def test_a_copy_mails_nobody_until_it_is_adopted(northlight: Organisation, carl: User, alice: User) -> None:
    tell(users=[carl], organisation=northlight, kind=NotificationKind.FAILED, text="A take failed", path="/")
    row = Notification.objects.get()
    mail_notification(str(row.pk))
    invitation = Invitation.objects.create(
        organisation=northlight, email="new@example.com", role="creator", token_hash="x", invited_by=alice
    )
    mail_invitation(str(invitation.pk))
    assert mail.outbox == []
    adopt_deployment()
    Notification.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    ask_again_for_lost_mail()
    drain()
    assert [message.to for message in mail.outbox] == [[carl.email]]


@pytest.mark.usefixtures("elsewhere")
def test_admins_see_it_on_every_page_and_one_click_ends_it(alices: Client, alice: User) -> None:
    page = alices.get(reverse("project_list")).content.decode()
    assert "Safe mode" in page
    assert "What differs: SECRET_KEY" in page
    assert "This is the deployment: run" in page
    assert "Safe mode" not in alices.post(ADOPT, follow=True).content.decode()
    assert (AuditEntry.objects.get().actor, Deployment.objects.get().bound_by) == (alice, alice)


@pytest.mark.usefixtures("elsewhere")
def test_others_see_nothing_and_may_not_end_it(carls: Client, carl: User, northlight: Organisation) -> None:
    assert "Safe mode" not in carls.get(HOME).content.decode()
    with pytest.raises(PermissionDenied):
        adopt_deployment(by=carl, organisation=northlight)
    assert safe_mode()


def test_there_is_nothing_to_adopt_where_all_is_well(alices: Client) -> None:
    assert "already" in alices.post(ADOPT, follow=True).content.decode()
    assert not AuditEntry.objects.exists()


@pytest.mark.usefixtures("elsewhere", "northlight")
def test_the_command_adopts_and_every_organisation_s_log_says_so() -> None:
    call_command("adopt_deployment", stdout=(said := io.StringIO()))
    assert "What differed: SECRET_KEY" in said.getvalue()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.changes) == (None, {"differed": ["", "SECRET_KEY"]})
    assert not safe_mode()


def test_the_demo_goes_on_at_another_port() -> None:
    ran: list[str] = []

    class Troupe:
        def run(self, *arguments: str) -> None:
            ran.append(arguments[0])

    Demo(stdout=io.StringIO())._prepare(Troupe())  # type: ignore[arg-type]
    assert ran[:2] == ["migrate", "adopt_deployment"]


@pytest.mark.usefixtures("elsewhere")
def test_metrics_say_so(client: Client) -> None:
    assert "kling_safe_mode 1.0" in client.get("/metrics").content.decode()
