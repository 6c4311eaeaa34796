"""The standing cast and the doors they come through.

Alice (admin), Pat (producer), Carl (creator) and Rita (reviewer) work at Northlight Studio; Sam is a stranger: admin of
another one.
"""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from assets.models import Shot
from projects.deployment import safe_mode
from projects.models import Member, Organisation, Project, User
from projects.roles import Role
from tests.factories import MemberFactory, OrganisationFactory, ProjectFactory, ShotFactory, UserFactory

pytest_plugins = ("tests.live.plugin",)


@pytest.fixture(autouse=True)
def own_files(settings: Settings, tmp_path: Path) -> Path:
    """Each test stores its files in a folder of its own."""
    root = tmp_path / "media"
    settings.MEDIA_ROOT = root
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(root)}},
    }
    return root


@pytest.fixture
def northlight(db: None) -> Organisation:
    """The organisation most tests happen in; 10,000 credits a month."""
    return OrganisationFactory.create(name="Northlight Studio")


def _join(organisation: Organisation, name: str, role: Role) -> Member:
    return MemberFactory.create(organisation=organisation, user=UserFactory.create(name=name), role=role)


@pytest.fixture
def alice(northlight: Organisation) -> User:
    """Admin."""
    return _join(northlight, "Alice Adler", Role.ADMIN).user


@pytest.fixture
def pat(northlight: Organisation) -> User:
    """Producer."""
    return _join(northlight, "Pat Prado", Role.PRODUCER).user


@pytest.fixture
def carl(northlight: Organisation) -> User:
    """Creator."""
    return _join(northlight, "Carl Cho", Role.CREATOR).user


@pytest.fixture
def rita(northlight: Organisation) -> User:
    """Reviewer."""
    return _join(northlight, "Rita Rossi", Role.REVIEWER).user


@pytest.fixture
def sam(db: None) -> User:
    """A stranger: admin of another organisation."""
    return _join(OrganisationFactory.create(name="Elsewhere"), "Sam Stone", Role.ADMIN).user


@pytest.fixture
def project(northlight: Organisation, pat: User) -> Project:
    """Pat's project with a brief."""
    return ProjectFactory.create(organisation=northlight, name="Spring launch", created_by=pat)


@pytest.fixture
def shot(project: Project, carl: User) -> Shot:
    """Carl's first shot of it."""
    return ShotFactory.create(project=project, name="Opening", created_by=carl)


def client_of(user: User) -> Client:
    """A browser in which that person is logged in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def alices(alice: User) -> Client:
    """Alice's browser, on a database that a first start has bound."""
    safe_mode()
    return client_of(alice)


@pytest.fixture
def pats(pat: User) -> Client:
    """Pat's browser."""
    return client_of(pat)


@pytest.fixture
def carls(carl: User) -> Client:
    """Carl's browser."""
    return client_of(carl)


@pytest.fixture
def ritas(rita: User) -> Client:
    """Rita's browser."""
    return client_of(rita)


@pytest.fixture
def sams(sam: User) -> Client:
    """Sam's browser."""
    return client_of(sam)
