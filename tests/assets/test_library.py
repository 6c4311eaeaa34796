"""The actions on brand assets: nothing half stored, nothing twice, nothing in use ever deleted."""

from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from assets.actions.library import (
    AlreadyInLibrary,
    add_asset,
    add_version,
    delete_asset,
    edit_asset,
    restore_asset,
    retire_asset,
)
from assets.media.sniffing import NotAnImage
from assets.models import Asset, AssetState, AssetVersion, Tag
from assets.shelf import name_of
from projects.errors import Refused
from projects.goals import Route
from projects.models import AuditEntry, Organisation, User
from tests.assets.samples import picture
from tests.factories import OrganisationFactory, TakeFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def files_under(root: Path) -> list[str]:
    return sorted(path.name for path in root.rglob("*") if path.is_file())


@pytest.fixture
def logo(northlight: Organisation, carl: User) -> Asset:
    """Carl's red picture."""
    return add_asset(by=carl, organisation=northlight, upload=picture(), original_name="logo.png")


def use(asset: Asset) -> None:
    TakeFactory.create(route=Route.IMAGE, aspect_ratio="", image=asset.current_version)


def test_an_asset_knows_its_bytes(logo: Asset, own_files: Path) -> None:
    version = logo.current_version
    assert version
    assert (version.width, version.height, version.content_type, len(version.sha256)) == (640, 360, "image/png", 64)
    assert Path(version.file.path).stat().st_size == version.size
    assert len(files_under(own_files)) == 2


def test_storage_names_say_nothing_of_the_persons_name(logo: Asset) -> None:
    assert logo.current_version
    assert logo.current_version.original_name == "logo.png"
    assert "logo" not in f"{logo.current_version.file.name}{logo.current_version.thumbnail.name}"


def test_adding_is_logged(logo: Asset, carl: User) -> None:
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.verb, entry.target_label) == (carl, "added", "logo")


def test_tags_are_kept_in_lower_case_and_once(northlight: Organisation, carl: User) -> None:
    asset = add_asset(by=carl, organisation=northlight, upload=picture(), tags=["Logo", " logo ", "Night  sky", ""])
    assert [tag.name for tag in asset.tags.all()] == ["logo", "night sky"]


@pytest.mark.parametrize(
    ("file_name", "name"),
    [
        ("Hero_shot.final.png", "Hero shot.final"),
        ("../../etc/passwd.png", "passwd"),
        ("", "Untitled image"),
        (".png", ".png"),
        ("a\x00b\nc.png", "a b c"),
        ("Ж" * 300, "Ж" * 120),
    ],
)
def test_a_name_is_made_from_the_files(file_name: str, name: str) -> None:
    assert name_of(file_name) == name


def test_a_bad_file_leaves_nothing(northlight: Organisation, carl: User, own_files: Path) -> None:
    with pytest.raises(NotAnImage):
        add_asset(by=carl, organisation=northlight, upload=b"<svg/>")
    assert not Asset.objects.exists()
    assert files_under(own_files) == []


def test_a_failing_database_leaves_no_file(northlight: Organisation, carl: User, own_files: Path) -> None:
    with patch("assets.shelf.log", side_effect=DatabaseError), pytest.raises(DatabaseError):
        add_asset(by=carl, organisation=northlight, upload=picture())
    assert not Asset.objects.exists()
    assert files_under(own_files) == []


def test_the_same_bytes_are_not_stored_twice(
    logo: Asset, northlight: Organisation, carl: User, own_files: Path
) -> None:
    with pytest.raises(AlreadyInLibrary, match="“logo”") as caught:
        add_asset(by=carl, organisation=northlight, upload=picture(), original_name="other.png")
    assert caught.value.asset == logo
    assert len(files_under(own_files)) == 2


def test_another_organisation_may_have_the_same_bytes(logo: Asset, sam: User) -> None:
    elsewhere = Organisation.objects.get(name="Elsewhere")
    assert add_asset(by=sam, organisation=elsewhere, upload=picture()).pk != logo.pk


def test_a_reviewer_may_not_add(northlight: Organisation, rita: User) -> None:
    with pytest.raises(PermissionDenied):
        add_asset(by=rita, organisation=northlight, upload=picture())


def test_a_stranger_may_not_add(northlight: Organisation, sam: User) -> None:
    with pytest.raises(Http404):
        add_asset(by=sam, organisation=northlight, upload=picture())


def test_a_new_version_is_what_new_takes_start_from(logo: Asset, carl: User) -> None:
    first = logo.current_version
    second = add_version(by=carl, asset=logo, upload=picture(colour="blue"))
    logo.refresh_from_db()
    assert logo.current_version == second
    assert set(logo.versions.all()) == {first, second}


def test_earlier_bytes_become_current_again(
    logo: Asset,
    carl: User,
    own_files: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    first = logo.current_version
    add_version(by=carl, asset=logo, upload=picture(colour="blue"))
    with django_capture_on_commit_callbacks(execute=True):
        assert add_version(by=carl, asset=logo, upload=picture()) == first
    assert logo.versions.count() == 2
    assert len(files_under(own_files)) == 4


def test_a_version_can_not_be_another_assets_bytes(logo: Asset, northlight: Organisation, carl: User) -> None:
    other = add_asset(by=carl, organisation=northlight, upload=picture(colour="green"))
    with pytest.raises(AlreadyInLibrary):
        add_version(by=carl, asset=other, upload=picture())


def test_editing_keeps_old_and_new_in_the_log(logo: Asset, carl: User) -> None:
    edit_asset(
        by=carl, asset=logo, name="Mark", tags=["new"], licence="owned", consent="missing", expires_on=date(2027, 1, 1)
    )
    logo.refresh_from_db()
    assert (logo.name, logo.consent) == ("Mark", "missing")
    changes = AuditEntry.objects.get(verb="changed").changes
    assert changes["name"] == ["logo", "Mark"]
    assert changes["tags"] == ["", "new"]
    assert changes["expires_on"] == [None, "2027-01-01"]


def test_saving_without_a_change_logs_nothing(logo: Asset, carl: User) -> None:
    edit_asset(by=carl, asset=logo, name="logo", tags=[], licence="unknown", consent="not_needed", expires_on=None)
    assert not AuditEntry.objects.filter(verb="changed").exists()


@pytest.mark.parametrize("tags", [["x" * 41], [f"tag {n}" for n in range(21)]])
def test_too_long_or_too_many_tags_are_refused(logo: Asset, carl: User, tags: list[str]) -> None:
    with pytest.raises(Refused, match="at most"):
        edit_asset(by=carl, asset=logo, name="x", tags=tags, licence="owned", consent="not_needed", expires_on=None)
    assert not Tag.objects.exists()


def test_retiring_and_restoring_happen_once(logo: Asset, carl: User) -> None:
    assert [retire_asset(by=carl, asset=logo), retire_asset(by=carl, asset=logo)] == [True, False]
    assert [restore_asset(by=carl, asset=logo), restore_asset(by=carl, asset=logo)] == [True, False]
    assert AuditEntry.objects.filter(verb__in=["retired", "restored"]).count() == 2


def test_deleting_takes_rows_and_files(
    logo: Asset,
    carl: User,
    own_files: Path,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        delete_asset(by=carl, asset=logo)
    assert not Asset.objects.exists()
    assert not AssetVersion.objects.exists()
    assert files_under(own_files) == []
    assert AuditEntry.objects.filter(verb="deleted", target_label="logo").exists()


def test_an_asset_in_use_can_not_be_deleted(logo: Asset, carl: User, own_files: Path) -> None:
    use(logo)
    with pytest.raises(Refused, match="Retire it instead"):
        delete_asset(by=carl, asset=logo)
    assert Asset.objects.get().current_version
    assert len(files_under(own_files)) == 2


def test_a_use_of_an_earlier_version_counts(logo: Asset, carl: User) -> None:
    use(logo)
    add_version(by=carl, asset=logo, upload=picture(colour="blue"))
    with pytest.raises(Refused):
        delete_asset(by=carl, asset=logo)


def test_a_take_that_comes_in_between_is_held_by_the_database(logo: Asset, carl: User) -> None:
    use(logo)
    with patch("assets.actions.library.is_used", return_value=False), pytest.raises(Refused):
        delete_asset(by=carl, asset=logo)
    assert Asset.objects.get().current_version


@pytest.mark.parametrize(
    ("expires_on", "retired", "state"),
    [
        (None, False, AssetState.CURRENT),
        (TODAY + timedelta(days=31), False, AssetState.CURRENT),
        (TODAY + timedelta(days=30), False, AssetState.EXPIRING),
        (TODAY, False, AssetState.EXPIRING),
        (TODAY - timedelta(days=1), False, AssetState.EXPIRED),
        (TODAY - timedelta(days=1), True, AssetState.RETIRED),
    ],
)
def test_the_state_of_a_day_agrees_with_the_filter(
    logo: Asset, carl: User, expires_on: date | None, retired: bool, state: AssetState
) -> None:
    logo.expires_on = expires_on
    logo.save()
    if retired:
        retire_asset(by=carl, asset=logo)
    logo.refresh_from_db()
    assert logo.state_on(TODAY) == state
    assert logo in Asset.objects.in_state(state, TODAY)


def test_adding_costs_the_same_however_full_the_library_is(northlight: Organisation, carl: User) -> None:
    def queries(colour: int) -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            add_asset(by=carl, organisation=northlight, upload=picture(colour=(colour, 0, 0)), tags=["a", "b"])
        return len(seen)

    first = queries(1)
    OrganisationFactory.create()
    for colour in range(2, 6):
        add_asset(by=carl, organisation=northlight, upload=picture(colour=(colour, 0, 0)))
    assert queries(9) <= first
