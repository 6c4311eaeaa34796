"""Sealing while somebody replaces, adds or takes out: one order or the other, never half of both."""

from collections.abc import Callable

import pytest

from assets.actions.takes import select_take
from assets.models import Shot, Version
from projects.errors import Refused
from projects.models import Project, User
from reviews.actions.packages import add_to_package, create_package, remove_from_package, seal_package
from reviews.models import Package
from tests.factories import ClipFactory, GenerationFactory, ShotFactory, TakeFactory
from tests.reviews.package_support import approve, version_of
from tests.rivals import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def version(shot: Shot, carl: User, rita: User) -> Version:
    made = version_of(shot, carl)
    approve(made, rita)
    return made


@pytest.fixture
def package(project: Project, pat: User, version: Version) -> Package:
    made = create_package(by=pat, project=project, name="First cut")
    add_to_package(by=pat, package=made, version=version)
    return made


def trying(act: Callable[[], object]) -> Callable[[], bool]:
    """The act as a job that answers whether it was done."""

    def job() -> bool:
        try:
            act()
        except Refused:
            return False
        return True

    return job


def test_sealing_against_a_newer_version(package: Package, version: Version, pat: User, carl: User) -> None:
    take = TakeFactory.create(shot=version.shot, number=2, created_by=carl)
    GenerationFactory.create(take=take, state="ready")
    ClipFactory.create(take=take)
    sealed, selected = at_once(
        [
            trying(lambda: seal_package(by=pat, package=package)),
            trying(lambda: select_take(by=carl, take=take)),
        ]
    )
    package.refresh_from_db()
    assert selected
    assert sealed == bool(package.sealed_at)
    assert Shot.objects.get(pk=version.shot_id).state == "selected"


def test_sealing_twice_seals_once(package: Package, pat: User) -> None:
    assert at_once([trying(lambda: seal_package(by=pat, package=package))] * 4).count(True) == 1


def test_a_sealed_manifest_has_exactly_the_items(package: Package, pat: User, rita: User) -> None:
    other = version_of(ShotFactory.create(project=package.project, created_by=pat), pat)
    approve(other, rita)
    item = package.items.get()
    at_once(
        [
            trying(lambda: seal_package(by=pat, package=package)),
            trying(lambda: add_to_package(by=pat, package=package, version=other)),
            trying(lambda: remove_from_package(by=pat, package=package, item=item)),
        ]
    )
    package.refresh_from_db()
    names = sorted(f"clips/{item.file_name}" for item in package.items.all())
    if package.manifest:
        assert sorted(clip["file"] for clip in package.manifest["clips"]) == names
