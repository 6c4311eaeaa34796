"""The files of a package: checked against what was approved, and streamed as one zip."""

import hashlib
from collections.abc import Iterator

from django.core.files.storage import default_storage
from zipstream import ZIP_STORED, ZipStream

from projects.errors import Refused
from reviews.manifest import CLIPS, Manifest, canonical, readme
from reviews.models import Package, PackageItem

CHUNK = 256 * 1024


class BrokenFileError(OSError):
    """A stored file is not the one that was approved; the download is broken off rather than finished with it."""


def check_stored(item: PackageItem) -> bool:
    """Read the clip of an item and compare size and SHA-256 with its row. Raises Refused when they differ; else True.

    Needs `version.clip`.
    """
    clip = item.version.clip
    found = hashlib.sha256()
    size = 0
    try:
        for chunk in _chunks(str(clip.file)):
            found.update(chunk)
            size += len(chunk)
    except FileNotFoundError as error:
        raise Refused(
            f"The file of {item.version} is missing in storage. Nothing was changed; tell an admin."
        ) from error
    if (size, found.hexdigest()) != (clip.size, item.file_sha256):
        raise Refused(f"The stored file of {item.version} is not the approved one. Nothing was changed; tell an admin.")
    return True


def missing_files(package: Package) -> list[str]:
    """Names of files whose stored object is gone or has another size: asked before the first byte is sent."""
    wrong = []
    for item in package.items.select_related("version__clip"):
        clip = item.version.clip
        if not default_storage.exists(str(clip.file)) or default_storage.size(str(clip.file)) != clip.size:
            wrong.append(item.file_name)
    return wrong


def zip_of(package: Package, manifest: Manifest) -> ZipStream:
    """The zip as a stream of known length (`len`): clips as they are, manifest.json, README.txt."""
    archive = ZipStream(compress_type=ZIP_STORED, sized=True)
    archive.add(readme(manifest), "README.txt")
    archive.add(canonical(manifest), "manifest.json")
    for item in package.items.select_related("version__clip"):
        clip = item.version.clip
        content = _approved_bytes(str(clip.file), item.file_sha256)
        archive.add(content, f"{CLIPS}/{item.file_name}", size=clip.size)
    return archive


def _approved_bytes(name: str, sha256: str) -> Iterator[bytes]:
    """The bytes of a stored file. Raises BrokenFileError at its end unless they are the approved ones."""
    found = hashlib.sha256()
    for chunk in _chunks(name):
        found.update(chunk)
        yield chunk
    if found.hexdigest() != sha256:
        raise BrokenFileError(f"{name} has the SHA-256 {found.hexdigest()}, approved was {sha256}.")


def _chunks(name: str) -> Iterator[bytes]:
    with default_storage.open(name) as stored:
        yield from stored.chunks(CHUNK)
