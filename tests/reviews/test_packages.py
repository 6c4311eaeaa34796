"""Packages hold what is approved, exactly as approved, and stay as they are once sealed."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.http import Http404
from django.utils import timezone

from assets.models import Clip, Shot, Version
from assets.models.shot import ShotState
from projects.errors import Refused
from projects.models import AuditEntry, Project, User
from reviews.actions.packages import (
    add_all,
    add_to_package,
    create_package,
    delete_package,
    record_download,
    remove_from_package,
    seal_package,
)
from reviews.models import Decision, Package, Round, RoundState
from tests.factories import ProjectFactory, ShotFactory
from tests.reviews.package_support import approve, version_of


@pytest.fixture
def version(shot: Shot, carl: User, rita: User) -> Version:
    """v1 of Carl's shot, approved by Rita."""
    made = version_of(shot, carl)
    approve(made, rita)
    return made


@pytest.fixture
def package(project: Project, pat: User) -> Package:
    """Pat's open package."""
    return create_package(by=pat, project=project, name="First cut", message="For the fair")


@pytest.fixture
def sealed(package: Package, version: Version, pat: User) -> Package:
    """Pat's package with the approved clip, sealed."""
    add_to_package(by=pat, package=package, version=version)
    return seal_package(by=pat, package=package)


def test_packages_are_numbered_within_their_project(project: Project, pat: User, package: Package) -> None:
    assert package.number == 1
    assert create_package(by=pat, project=project, name="Second cut").number == 2


def test_an_archived_project_gets_no_package(project: Project, pat: User) -> None:
    Project.objects.update(archived_at=timezone.now())
    with pytest.raises(Refused, match="archived"):
        create_package(by=pat, project=project, name="First cut")


def test_an_approved_version_can_be_added(package: Package, version: Version, pat: User) -> None:
    item = add_to_package(by=pat, package=package, version=version)
    assert item.file_sha256 == version.clip.sha256
    assert item.approval == version.rounds.get()
    assert item.file_name == "spring-launch-opening-v1.mp4"


def test_adding_twice_gives_one_item(package: Package, version: Version, pat: User) -> None:
    first = add_to_package(by=pat, package=package, version=version)
    assert add_to_package(by=pat, package=package, version=version) == first


def test_shots_of_one_name_get_two_file_names(package: Package, version: Version, pat: User, rita: User) -> None:
    twin = ShotFactory.create(project=package.project, name="Opening!", number=7, created_by=pat)
    other = version_of(twin, pat)
    approve(other, rita)
    items = add_all(by=pat, package=package, versions=[version, other])
    assert [item.file_name for item in items] == ["spring-launch-opening-v1.mp4", "spring-launch-opening-7-v1.mp4"]


def test_creators_and_strangers_make_no_packages(project: Project, carl: User, sam: User) -> None:
    with pytest.raises(PermissionDenied):
        create_package(by=carl, project=project, name="Mine")
    with pytest.raises(Http404):
        create_package(by=sam, project=project, name="Mine")


# What can't be packed, by adding it or by changing it after it was added.


def never_reviewed(version: Version, rita: User) -> None:
    Round.objects.update(state=RoundState.WITHDRAWN)


def still_open(version: Version, rita: User) -> None:
    approve(version, rita, RoundState.OPEN)


def changes_wanted_later(version: Version, rita: User) -> None:
    approve(version, rita, RoundState.CHANGES_WANTED)


def replaced(version: Version, rita: User) -> None:
    version_of(version.shot, version.selected_by, number=2)


def another_file(version: Version, rita: User) -> None:
    Clip.objects.filter(pk=version.clip_id).update(sha256="0" * 64)


def approved_another_file(version: Version, rita: User) -> None:
    Round.objects.update(file_sha256="0" * 64)


def decided_on_another_file(version: Version, rita: User) -> None:
    Decision.objects.update(file_sha256="0" * 64)


def decision_replaced(version: Version, rita: User) -> None:
    Decision.objects.update(replaced_at=timezone.now())


WRONG = [
    (never_reviewed, "never reviewed"),
    (still_open, "not approved .in review."),
    (changes_wanted_later, "not approved .changes wanted."),
    (replaced, "Opening v1 is no longer current.* Deliver Opening v2"),
    (another_file, "another file than the one that was approved"),
    (approved_another_file, "another file than the one that was approved"),
    (decided_on_another_file, "0 of 1 approvals"),
    (decision_replaced, "0 of 1 approvals"),
]


@pytest.mark.parametrize(("spoil", "why"), WRONG)
def test_what_is_not_approved_as_it_is_cant_be_added(
    package: Package, version: Version, pat: User, rita: User, spoil: Any, why: str
) -> None:
    spoil(version, rita)
    with pytest.raises(Refused, match=why):
        add_to_package(by=pat, package=package, version=Version.objects.get(pk=version.pk))
    assert not package.items.exists()


@pytest.mark.parametrize(("spoil", "why"), WRONG)
def test_what_lost_its_approval_cant_be_sealed(
    package: Package, version: Version, pat: User, rita: User, spoil: Any, why: str
) -> None:
    add_to_package(by=pat, package=package, version=version)
    spoil(version, rita)
    with pytest.raises(Refused, match=why):
        seal_package(by=pat, package=package)
    package.refresh_from_db()
    assert package.sealed_at is None
    assert Shot.objects.get(pk=version.shot_id).state != ShotState.DELIVERED


def test_another_projects_version_is_refused(package: Package, pat: User, rita: User) -> None:
    other = ProjectFactory.create(organisation=package.organisation, created_by=pat)
    elsewhere = version_of(ShotFactory.create(project=other, created_by=pat), pat)
    approve(elsewhere, rita)
    with pytest.raises(Refused, match="another project"):
        add_to_package(by=pat, package=package, version=elsewhere)


def test_of_several_all_are_added_or_none(package: Package, version: Version, pat: User) -> None:
    raw = version_of(ShotFactory.create(project=package.project, created_by=pat), pat)
    with pytest.raises(Refused):
        add_all(by=pat, package=package, versions=[version, raw])
    assert not package.items.exists()


def test_an_empty_package_cant_be_sealed(package: Package, pat: User) -> None:
    with pytest.raises(Refused, match="nothing in this package"):
        seal_package(by=pat, package=package)


@pytest.mark.parametrize("content", [b"other bytes of a clip", b"", None])
def test_a_stored_file_that_changed_or_went_cant_be_sealed(
    package: Package, version: Version, pat: User, content: bytes | None
) -> None:
    add_to_package(by=pat, package=package, version=version)
    name = str(version.clip.file)
    default_storage.delete(name)
    if content is not None:
        with default_storage.open(name, "wb") as stored:
            stored.write(content)
    with pytest.raises(Refused, match="tell an admin"):
        seal_package(by=pat, package=package)
    assert Package.objects.get().sealed_at is None


def test_sealing_delivers_the_shots_and_freezes_the_manifest(sealed: Package, version: Version) -> None:
    assert Shot.objects.get(pk=version.shot_id).state == ShotState.DELIVERED
    assert sealed.manifest is not None
    assert [clip["sha256"] for clip in sealed.manifest["clips"]] == [version.clip.sha256]


def test_the_manifest_survives_what_happens_later(sealed: Package, version: Version, carl: User) -> None:
    version_of(version.shot, carl, number=2)
    Shot.objects.update(name="Renamed")
    kept = Package.objects.get(pk=sealed.pk)
    assert (kept.manifest, kept.manifest_sha256) == (sealed.manifest, sealed.manifest_sha256)


def test_a_sealed_package_stays_as_it_is(sealed: Package, version: Version, pat: User) -> None:
    item = sealed.items.get()
    for act in (
        lambda: add_to_package(by=pat, package=sealed, version=version),
        lambda: remove_from_package(by=pat, package=sealed, item=item),
        lambda: seal_package(by=pat, package=sealed),
        lambda: delete_package(by=pat, package=sealed),
    ):
        with pytest.raises(Refused, match="sealed and stays as it is"):
            act()
    assert sealed.items.get() == item


def test_a_clip_can_be_taken_out_and_the_package_deleted(package: Package, version: Version, pat: User) -> None:
    item = add_to_package(by=pat, package=package, version=version)
    remove_from_package(by=pat, package=package, item=item)
    add_to_package(by=pat, package=package, version=version)
    delete_package(by=pat, package=package)
    assert not Package.objects.exists()
    assert Version.objects.filter(pk=version.pk).exists()


def test_every_step_is_logged(sealed: Package, pat: User) -> None:
    record_download(by=pat, package=sealed)
    verbs = list(AuditEntry.objects.filter(target_type="package").order_by("created_at").values_list("verb", flat=True))
    assert verbs == ["created", "added to", "sealed", "downloaded"]


def test_an_open_package_is_not_downloaded(package: Package, pat: User) -> None:
    with pytest.raises(Refused, match="not sealed yet"):
        record_download(by=pat, package=package)


def test_a_newer_approval_of_the_same_file_takes_the_older_ones_place(
    package: Package, version: Version, pat: User, alice: User
) -> None:
    add_to_package(by=pat, package=package, version=version)
    again = approve(version, alice)
    seal_package(by=pat, package=package)
    assert package.items.get().approval == again
