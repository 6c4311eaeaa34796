"""The brand assets: add, describe, renew, retire, delete. Files are stored after all checks, gone if the rows fail."""

from collections.abc import Iterable
from datetime import date
from typing import IO

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from assets.media.images import Picture, read_picture
from assets.models import Asset, AssetVersion, Consent, Licence, Take
from assets.shelf import NAME_LENGTH, add_version_row, clean_text, name_of, remover, save_asset, set_tags, stored
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import Organisation, User
from projects.roles import Right


class AlreadyInLibrary(Refused):
    """The library holds these very bytes already, as `asset`; nothing was stored."""

    def __init__(self, asset: Asset) -> None:
        self.asset = asset
        where = " It is retired; restore it there." if asset.retired_at else ""
        super().__init__(f"This image is in the library already, as “{asset.name}”. Nothing was stored twice.{where}")


def add_asset(
    *,
    by: User,
    organisation: Organisation,
    upload: bytes | IO[bytes],
    original_name: str = "",
    name: str = "",
    tags: Iterable[str] = (),
    licence: str = Licence.UNKNOWN,
    consent: str = Consent.NOT_NEEDED,
    expires_on: date | None = None,
) -> Asset:
    """An image of the library from its bytes. The name is made from the file's when none is given.

    Raises PermissionDenied, NotAnImage or AlreadyInLibrary (both Refused); then nothing is stored.
    """
    require(member_for(by, organisation.pk), Right.EDIT_ASSET)
    picture = read_picture(upload)
    with stored(picture) as files, transaction.atomic():
        _refuse_twice(organisation, picture)
        asset = Asset(organisation=organisation, created_by=by, licence=licence, consent=consent, expires_on=expires_on)
        asset.name = clean_text(name, NAME_LENGTH) or name_of(original_name)
        return save_asset(asset, picture, files, original_name=original_name, tags=tags)


def add_version(*, by: User, asset: Asset, upload: bytes | IO[bytes], original_name: str = "") -> AssetVersion:
    """New bytes for an asset; new takes start from them, old takes keep theirs. Earlier bytes become current again.

    Raises PermissionDenied, NotAnImage or AlreadyInLibrary (another asset has these bytes).
    """
    require(member_for(by, asset.organisation_id), Right.EDIT_ASSET)
    picture = read_picture(upload)
    with stored(picture) as files, transaction.atomic():
        now = _locked(asset)
        version = now.versions.filter(sha256=picture.sha256).first()
        if version is None:
            _refuse_twice(now.organisation, picture)
            version = add_version_row(now, picture, files, original_name)
        else:
            transaction.on_commit(remover(files))
        old = now.current_version
        now.current_version = version
        now.save(update_fields=["current_version"])
        changes = {"sha256": (old.sha256 if old else None, version.sha256)}
        log(organisation=now.organisation, by=by, verb="renewed", target=now, changes=changes)
        return version


@transaction.atomic
def edit_asset(
    *, by: User, asset: Asset, name: str, tags: Iterable[str], licence: str, consent: str, expires_on: date | None
) -> Asset:
    """Change what people say about an asset. Raises PermissionDenied, or Refused for a name of nothing."""
    require(member_for(by, asset.organisation_id), Right.EDIT_ASSET)
    now = _locked(asset)
    cleaned = clean_text(name, NAME_LENGTH)
    if not cleaned:
        raise Refused("An asset needs a name.")
    wanted = {"name": cleaned, "licence": licence, "consent": consent, "expires_on": expires_on}
    changes = {field: (getattr(now, field), new) for field, new in wanted.items() if getattr(now, field) != new}
    for field, new in wanted.items():
        setattr(now, field, new)
    now.save(update_fields=list(wanted))
    old_tags, new_tags = set_tags(now, tags)
    if old_tags != new_tags:
        changes["tags"] = (", ".join(old_tags), ", ".join(new_tags))
    if changes:
        log(organisation=now.organisation, by=by, verb="changed", target=now, changes=changes)
    return now


@transaction.atomic
def retire_asset(*, by: User, asset: Asset) -> bool:
    """No new take starts from it any more; what was made from it stays. False when it was retired already."""
    require(member_for(by, asset.organisation_id), Right.EDIT_ASSET)
    if not Asset.objects.current().filter(pk=asset.pk).update(retired_at=timezone.now()):
        return False
    log(organisation=asset.organisation, by=by, verb="retired", target=asset)
    return True


@transaction.atomic
def restore_asset(*, by: User, asset: Asset) -> bool:
    """Bring a retired asset back. False when it was not retired."""
    require(member_for(by, asset.organisation_id), Right.EDIT_ASSET)
    if not Asset.objects.filter(pk=asset.pk, retired_at__isnull=False).update(retired_at=None):
        return False
    log(organisation=asset.organisation, by=by, verb="restored", target=asset)
    return True


def delete_asset(*, by: User, asset: Asset) -> None:
    """Remove an unused asset and its files. Raises PermissionDenied, or Refused when takes were made from it."""
    require(member_for(by, asset.organisation_id), Right.EDIT_ASSET)
    in_use = Refused(f"Takes were made from “{asset.name}”, so it stays for the record. Retire it instead.")
    try:
        with transaction.atomic():
            now = _locked(asset)
            if is_used(now):
                raise in_use
            _delete_rows(now, by)
    except (ProtectedError, IntegrityError):  # a take was asked for in this very moment
        raise in_use from None


def is_used(asset: Asset) -> bool:
    """Whether any take started from any version of it."""
    return Take.objects.filter(image__asset=asset).exists()


def _refuse_twice(organisation: Organisation, picture: Picture) -> None:
    """Behind the lock on the organisation, two uploads of one image at the same moment give one asset."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    twin = Asset.objects.filter(organisation=organisation, versions__sha256=picture.sha256).first()
    if twin:
        raise AlreadyInLibrary(twin)


def _delete_rows(asset: Asset, by: User) -> None:
    names = [name for version in asset.versions.all() for name in (version.file.name, version.thumbnail.name) if name]
    log(organisation=asset.organisation, by=by, verb="deleted", target=asset)
    asset.current_version = None
    asset.save(update_fields=["current_version"])
    asset.versions.all().delete()
    asset.delete()
    transaction.on_commit(remover(names))


def _locked(asset: Asset) -> Asset:
    return (
        Asset.objects.select_for_update(of=("self",)).select_related("organisation", "current_version").get(pk=asset.pk)
    )
