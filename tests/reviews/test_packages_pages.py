"""The pages of deliveries: who may do what, what the zip holds, what is never sent."""

import hashlib

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assets.models import Shot, Version
from projects.models import AuditEntry, Project, User
from reviews.actions.packages import add_to_package, create_package, seal_package
from reviews.files import BrokenFileError
from reviews.models import Download, Package
from tests.factories import ProjectFactory, ShotFactory
from tests.reviews.package_support import approve, manifest_in, unzipped, version_of


@pytest.fixture
def version(shot: Shot, carl: User, rita: User) -> Version:
    made = version_of(shot, carl)
    approve(made, rita)
    return made


@pytest.fixture
def package(project: Project, pat: User, version: Version) -> Package:
    return create_package(by=pat, project=project, name="First cut", message="For the fair")


@pytest.fixture
def sealed(package: Package, version: Version, pat: User) -> Package:
    add_to_package(by=pat, package=package, version=version)
    return seal_package(by=pat, package=package)


def at(name: str, package: Package, *more: object) -> str:
    return reverse(name, args=[package.pk, *more])


def test_from_new_package_to_opened_zip(pats: Client, project: Project, version: Version) -> None:
    pats.post(reverse("package_create", args=[project.pk]), {"name": "First cut", "message": "For the fair"})
    package = Package.objects.get()
    assert pats.get(at("package_detail", package)).content.decode().count(f'value="{version.pk}"') == 1
    pats.post(at("package_add", package), {"version": [version.pk]})
    pats.post(at("package_seal", package))
    archive = unzipped(pats, at("package_zip", package))
    assert archive.testzip() is None
    clip = manifest_in(archive)["clips"][0]
    assert hashlib.sha256(archive.read(clip["file"])).hexdigest() == clip["sha256"] == version.clip.sha256
    assert "For the fair" in archive.read("README.txt").decode()


def test_the_manifest_in_the_zip_is_the_sealed_one(pats: Client, sealed: Package) -> None:
    archive = unzipped(pats, at("package_zip", sealed))
    assert hashlib.sha256(archive.read("manifest.json")).hexdigest() == sealed.manifest_sha256
    assert archive.read("manifest.json") == pats.get(at("package_manifest", sealed)).content


def test_reviewers_get_the_clips_without_costs(ritas: Client, sealed: Package) -> None:
    manifest = unzipped(ritas, at("package_zip", sealed)).read("manifest.json").decode()
    for text in (manifest, ritas.get(at("package_manifest", sealed)).content.decode()):
        assert "cost" not in text.replace("costs_left_out", "")
        assert sealed.manifest_sha256 in text
    assert "USD" not in ritas.get(at("package_detail", sealed)).content.decode()


def test_each_download_is_noted(carls: Client, carl: User, alices: Client, sealed: Package) -> None:
    unzipped(carls, at("package_zip", sealed))
    assert Download.objects.get().by == carl
    assert AuditEntry.objects.filter(verb="downloaded", actor=carl).count() == 1
    assert "Carl Cho" in alices.get(at("package_detail", sealed)).content.decode()


def test_an_open_package_sends_nothing(pats: Client, package: Package) -> None:
    for name in ("package_zip", "package_manifest"):
        assert pats.get(at(name, package)).status_code == 409
    assert not Download.objects.exists()


def test_a_lost_file_is_said_before_anything_is_sent(pats: Client, sealed: Package, version: Version) -> None:
    default_storage.delete(str(version.clip.file))
    answer = pats.get(at("package_zip", sealed))
    assert answer.status_code == 409
    assert "spring-launch-opening-v1.mp4" in answer.content.decode()
    assert not Download.objects.exists()


def test_other_bytes_of_the_same_size_break_the_download_off(pats: Client, sealed: Package, version: Version) -> None:
    with default_storage.open(str(version.clip.file), "wb") as stored:
        stored.write(b"x" * version.clip.size)
    answer = pats.get(at("package_zip", sealed))
    with pytest.raises(BrokenFileError):
        b"".join(answer)


def test_what_is_not_approved_comes_back_with_a_sentence(pats: Client, package: Package, pat: User) -> None:
    raw = version_of(ShotFactory.create(project=package.project, created_by=pat), pat)
    answer = pats.post(at("package_add", package), {"version": raw.pk})
    assert answer.status_code == 422
    assert "was never reviewed" in answer.content.decode()


@pytest.mark.parametrize("version_id", ["", "x", "\0", "6f9619ff-8b86-4d01-b42d-00cf4fc964ff"])
def test_what_is_no_version_comes_back_with_a_sentence(pats: Client, package: Package, version_id: str) -> None:
    answer = pats.post(at("package_add", package), {"version": version_id})
    assert answer.status_code == 422
    assert not package.items.exists()


def test_another_projects_and_another_organisations_versions_stay_out(
    pats: Client, package: Package, pat: User, sam: User, rita: User
) -> None:
    theirs = version_of(ShotFactory.create(created_by=sam), sam)
    other = ProjectFactory.create(organisation=package.organisation, created_by=pat)
    ours = version_of(ShotFactory.create(project=other, created_by=pat), pat)
    for version in (theirs, ours):
        approve(version, rita)
        assert pats.post(at("package_add", package), {"version": version.pk}).status_code == 422
    assert not package.items.exists()


def test_sealing_what_lost_its_approval_comes_back(pats: Client, pat: User, package: Package, version: Version) -> None:
    add_to_package(by=pat, package=package, version=version)
    version_of(version.shot, pat, number=2)
    assert "1 of 1 clips can&#x27;t go out" in pats.get(at("package_detail", package)).content.decode()
    answer = pats.post(at("package_seal", package))
    assert answer.status_code == 422
    assert "no longer current" in answer.content.decode()


def test_a_sealed_package_refuses_every_door(pats: Client, sealed: Package, version: Version) -> None:
    pats.post(at("package_remove", sealed, sealed.items.get().pk))
    pats.post(at("package_delete", sealed))
    assert pats.post(at("package_add", sealed), {"version": version.pk}).status_code == 422
    assert pats.post(at("package_seal", sealed)).status_code == 422
    assert sealed.items.count() == 1


def test_removing_and_deleting_an_open_package(pats: Client, pat: User, package: Package, version: Version) -> None:
    item = add_to_package(by=pat, package=package, version=version)
    pats.post(at("package_remove", package, item.pk))
    assert not package.items.exists()
    pats.post(at("package_remove", package, item.pk))
    assert pats.post(at("package_delete", package))["Location"] == reverse("package_list")


@pytest.mark.parametrize("name", ["", "x" * 121, "a\0b"])
def test_a_name_that_is_none_comes_back(pats: Client, project: Project, name: str) -> None:
    answer = pats.post(reverse("package_create", args=[project.pk]), {"name": name, "message": "kept 🎬"})
    assert answer.status_code == 422
    assert "kept 🎬" in answer.content.decode()


def test_creators_reviewers_and_strangers_change_no_package(
    carls: Client, ritas: Client, sams: Client, package: Package, version: Version
) -> None:
    for client, status in ((carls, 403), (ritas, 403), (sams, 404)):
        assert client.post(at("package_add", package), {"version": version.pk}).status_code == status
        assert client.post(at("package_seal", package)).status_code == status
        assert client.post(at("package_delete", package)).status_code == status
    assert sams.get(at("package_detail", package)).status_code == 404


def test_the_list_offers_projects_with_something_to_deliver(pats: Client, carls: Client, package: Package) -> None:
    begin = reverse("package_create", args=[package.project_id])
    assert begin in pats.get(reverse("package_list")).content.decode()
    assert begin not in carls.get(reverse("package_list")).content.decode()


def test_list_of_fifty_packages_asks_little(
    pats: Client, pat: User, sealed: Package, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(55):
        create_package(by=pat, project=sealed.project, name=f"Cut {number}")
    with django_assert_max_num_queries(12):
        page = pats.get(reverse("package_list")).content.decode()
    assert page.count("<tr data-href") == 50


def test_open_package_of_many_clips_asks_little(
    pats: Client, pat: User, rita: User, package: Package, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(20):
        version = version_of(ShotFactory.create(project=package.project, created_by=pat), pat)
        approve(version, rita)
        if number % 2:
            add_to_package(by=pat, package=package, version=version)
    with django_assert_max_num_queries(12):
        page = pats.get(at("package_detail", package)).content.decode()
    assert page.count("Remove<span") == 10
