"""How assets are put away: bytes in storage, rows, names and tags. Actions on the library and on frames share it."""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePath

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from assets.media.images import Picture
from assets.models import Asset, AssetVersion, Tag
from projects.actions.audit import log
from projects.errors import Refused

NAME_LENGTH = 120
TAG_LENGTH = 40
MOST_TAGS = 20
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


def set_tags(asset: Asset, names: Iterable[str]) -> tuple[list[str], list[str]]:
    """Give the asset exactly these tags (lower case, at most 20 of 40 characters); returns old and new names."""
    wanted = clean_tags(names)
    old = sorted(asset.tags.values_list("name", flat=True))
    if old != wanted:
        rows = [Tag(organisation=asset.organisation, name=name) for name in wanted]
        Tag.objects.bulk_create(rows, ignore_conflicts=True)
        asset.tags.set(Tag.objects.filter(organisation=asset.organisation, name__in=wanted))
    return old, wanted


def clean_tags(names: Iterable[str]) -> list[str]:
    """Tags as they are kept: lower case, single spaces, each once, sorted. Raises Refused for too long or too many."""
    cleaned = sorted({" ".join(CONTROLS.sub(" ", name).lower().split()) for name in names} - {""})
    for name in cleaned:
        if len(name) > TAG_LENGTH:
            raise Refused(f"The tag “{name[:20]}…” has {len(name)} characters; at most {TAG_LENGTH} are kept.")
    if len(cleaned) > MOST_TAGS:
        raise Refused(f"{len(cleaned)} tags are too many to be of use; give at most {MOST_TAGS}.")
    return cleaned


def name_of(original_name: str) -> str:
    """A name for people from a file's name: no ending, no path, no control characters."""
    return clean_text(PurePath(clean_text(original_name, 250)).stem.replace("_", " "), NAME_LENGTH) or "Untitled image"


@contextmanager
def stored(picture: Picture) -> Iterator[tuple[str, str]]:
    """Image and thumbnail in storage under random names; removed again when the block, its commit included, fails."""
    key = uuid.uuid4().hex
    names: list[str] = []
    try:
        for ending, data in ((picture.ending, picture.data), ("-480.jpg", picture.thumbnail)):
            names.append(default_storage.save(f"assets/{key[:2]}/{key}{ending}", ContentFile(data)))
        yield names[0], names[1]
    except BaseException:
        remover(names)()
        raise


def remover(names: Iterable[str]) -> Callable[[], None]:
    """What deletes these stored files, to be called at once or after a commit."""

    def remove() -> None:
        for name in names:
            default_storage.delete(name)

    return remove


def add_version_row(asset: Asset, picture: Picture, files: tuple[str, str], original_name: str) -> AssetVersion:
    """Insert the row of a version whose files are stored; the caller makes it current."""
    return AssetVersion.objects.create(
        asset=asset,
        sha256=picture.sha256,
        file=files[0],
        thumbnail=files[1],
        content_type=picture.content_type,
        width=picture.width,
        height=picture.height,
        size=len(picture.data),
        original_name=clean_text(original_name, 200),
    )


def save_asset(
    asset: Asset, picture: Picture, files: tuple[str, str], *, original_name: str, tags: Iterable[str]
) -> Asset:
    """Insert a new asset with its first version, inside the caller's transaction. `files`: image and thumbnail."""
    asset.save()
    asset.current_version = add_version_row(asset, picture, files, original_name)
    asset.save(update_fields=["current_version"])
    set_tags(asset, tags)
    changes = {"sha256": (None, picture.sha256), "licence": (None, str(asset.licence))}
    log(organisation=asset.organisation, by=asset.created_by, verb="added", target=asset, changes=changes)
    return asset


def clean_text(text: str, most: int) -> str:
    """One line without control characters, at most `most` code points."""
    return " ".join(CONTROLS.sub(" ", text).split())[:most].strip()
