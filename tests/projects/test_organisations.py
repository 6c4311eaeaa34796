"""Founding, renaming and switching organisations."""

from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from projects.actions.organisations import found_organisation, person_with, rename_organisation
from projects.errors import Refused
from projects.models import AuditEntry, Member, Organisation, User
from projects.roles import Role
from tests.factories import MemberFactory, OrganisationFactory, ProjectFactory, UserFactory

PASSWORD = "a meadow of 17 snails"


# --- founding


def bootstrap(*more: str, monkeypatch: pytest.MonkeyPatch | None = None, typed: str = "") -> str:
    out = StringIO()
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", StringIO(typed))
    asked = ("--organisation", "Northlight", "--email", "Alice@Example.com", "--name", "Alice Adler", *more)
    call_command("bootstrap", *asked, stdout=out)
    return out.getvalue()


def test_bootstrap_makes_an_organisation_and_its_admin(db: None) -> None:
    bootstrap()
    member = Member.objects.get()
    assert (member.organisation.name, member.user.email, member.role) == ("Northlight", "alice@example.com", "admin")


def test_bootstrap_prints_a_link_that_sets_the_password(db: None) -> None:
    path = bootstrap().rsplit("http://localhost:8000", 1)[1].strip()
    client = Client()
    client.post(client.get(path).headers["Location"], {"password1": PASSWORD, "password2": PASSWORD})
    assert User.objects.get().check_password(PASSWORD)


def test_bootstrap_knows_no_default_password(db: None) -> None:
    bootstrap()
    assert not User.objects.get().has_usable_password()


def test_bootstrap_reads_a_password(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    out = bootstrap("--password-stdin", monkeypatch=monkeypatch, typed=f"{PASSWORD}\n")
    assert User.objects.get().check_password(PASSWORD)
    assert PASSWORD not in out
    assert "/accounts/password/" not in out


@pytest.mark.parametrize("typed", ["", "\n", "short\n", "alice@example.com\n"])
def test_bootstrap_refuses_a_weak_password(db: None, monkeypatch: pytest.MonkeyPatch, typed: str) -> None:
    with pytest.raises(CommandError):
        bootstrap("--password-stdin", monkeypatch=monkeypatch, typed=typed)
    assert not User.objects.exists()


def test_bootstrap_runs_on_an_empty_installation_only(northlight: Organisation) -> None:
    with pytest.raises(CommandError, match="--another"):
        bootstrap()
    bootstrap("--another")
    assert Organisation.objects.count() == 2


def test_bootstrap_refuses_what_is_no_address(db: None) -> None:
    with pytest.raises(CommandError, match="no e-mail address"):
        call_command("bootstrap", "--organisation", "N", "--email", "alice", "--name", "A")


def test_a_known_person_keeps_the_password(carl: User) -> None:
    found_organisation(by=None, name="Second", admin_email=carl.email, admin_name="Carl", password=PASSWORD)
    carl.refresh_from_db()
    assert (carl.check_password(PASSWORD), Member.objects.filter(user=carl).count()) == (False, 2)


def test_an_organisation_needs_a_name(db: None) -> None:
    with pytest.raises(Refused, match="needs a name"):
        found_organisation(by=None, name=" ", admin_email="a@example.com", admin_name="A")


def test_the_log_begins_with_the_founding(db: None) -> None:
    member = found_organisation(by=None, name="Second", admin_email="a@example.com", admin_name="A")
    rows = AuditEntry.objects.filter(organisation=member.organisation).order_by("created_at")
    assert [(row.actor_name, row.verb) for row in rows] == [("Kling CMS", "founded"), ("Kling CMS", "joined")]


def test_a_person_is_found_by_proved_addresses_only(carl: User) -> None:
    EmailAddress.objects.create(user=carl, email="c@home.example", verified=True)
    EmailAddress.objects.create(user=carl, email="boss@example.com", verified=False)
    found = [person_with(address) for address in ("CARL.CHO@example.com", "c@home.example", "boss@example.com")]
    assert found == [carl, carl, None]


# --- renaming


def test_an_admin_renames_the_organisation(alices: Client, northlight: Organisation) -> None:
    alices.post(reverse("organisation_settings"), {"name": "Southlight"})
    northlight.refresh_from_db()
    assert northlight.name == "Southlight"
    assert AuditEntry.objects.get(verb="renamed").changes == {"name": ["Northlight Studio", "Southlight"]}


@pytest.mark.parametrize("name", ["", "  ", "x" * 121, "\0"])
def test_a_bad_name_comes_back(alices: Client, northlight: Organisation, name: str) -> None:
    assert alices.post(reverse("organisation_settings"), {"name": name}).status_code == 422


def test_a_producer_renames_nothing(pat: User, northlight: Organisation) -> None:
    with pytest.raises(PermissionDenied):
        rename_organisation(by=pat, organisation=northlight, name="Pat's")


# --- switching


@pytest.fixture
def second(carl: User) -> Organisation:
    """Carl is in Zenith too, as an admin."""
    organisation = OrganisationFactory.create(name="Zenith")
    MemberFactory.create(organisation=organisation, user=carl, role=Role.ADMIN)
    return organisation


def test_switching_changes_whose_projects_are_listed(carls: Client, second: Organisation) -> None:
    ProjectFactory.create(organisation=second, name="Moonrise")
    assert "Moonrise" not in carls.get(reverse("project_list")).content.decode()
    carls.post(reverse("switch_organisation"), {"organisation": str(second.pk)})
    assert "Moonrise" in carls.get(reverse("project_list")).content.decode()


def test_the_role_is_the_one_in_that_organisation(carls: Client, second: Organisation) -> None:
    assert carls.get(reverse("member_list")).status_code == 403
    carls.post(reverse("switch_organisation"), {"organisation": str(second.pk)})
    assert carls.get(reverse("member_list")).status_code == 200


def test_the_switcher_is_in_the_frame_of_people_with_two(carls: Client, pats: Client, second: Organisation) -> None:
    pages = [client.get(reverse("project_list")).content.decode() for client in (carls, pats)]
    assert ["Switch organisation" in page for page in pages] == [True, False]


@pytest.mark.parametrize("wanted", ["", "nonsense", "0b0d2f0e-0000-4000-8000-000000000000"])
def test_one_cannot_switch_to_what_is_not_one_s_own(carls: Client, sam: User, wanted: str) -> None:
    elsewhere = str(Organisation.objects.get(name="Elsewhere").pk)
    for organisation in (wanted, elsewhere):
        assert carls.post(reverse("switch_organisation"), {"organisation": organisation}).status_code == 404


def test_switching_is_a_post(carls: Client) -> None:
    assert carls.get(reverse("switch_organisation")).status_code == 405


def test_somebody_in_no_organisation_is_told_so(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create())
    answer = client.get(reverse("project_list"))
    assert (answer.status_code, b"You are in no organisation" in answer.content) == (403, True)


def test_a_form_acts_on_the_organisation_it_stood_in(alices: Client, alice: User, northlight: Organisation) -> None:
    other = MemberFactory.create(user=alice, role=Role.ADMIN).organisation
    alices.post(reverse("switch_organisation"), {"organisation": str(other.pk)})  # in another tab
    form = {"acting_for": str(northlight.pk), "name": "Northlight and Sons"}
    alices.post(reverse("organisation_settings"), form)
    assert set(Organisation.objects.values_list("name", flat=True)) == {other.name, "Northlight and Sons"}


def test_a_form_of_an_organisation_one_has_left_is_refused(alices: Client, sam: User) -> None:
    elsewhere = Organisation.objects.get(name="Elsewhere")
    form = {"acting_for": str(elsewhere.pk), "name": "Mine now"}
    assert alices.post(reverse("organisation_settings"), form).status_code == 403
