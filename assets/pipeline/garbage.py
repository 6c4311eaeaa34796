"""Stored files that no row names: put aside after a day, deleted after another.

A file is stored before its row, so a killed worker leaves one that nobody names. It may also come back to use: the same
bytes arrive again, are found in storage under their hash, and get their row a moment later. Nothing locks storage and
database together, so a file that goes at that very moment is put back: what is put aside is looked for among the rows
again in the same round, in the next one and before it is deleted.

A round is one of 256 folders, so it is short, on any storage that can list one and say when a file was written.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import timedelta
from itertools import batched, islice
from pathlib import PurePosixPath

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model, Q
from django.utils import timezone

from assets.models import AssetVersion, Clip
from projects.deployment import parts_here, safe_mode
from projects.files import move_file

logger = structlog.get_logger(__name__)
KINDS = ("clips", "assets")
TRASH = "trash"
MARKS = "deployments"
FOLDERS = 256
PATIENCE = timedelta(hours=24)
NEIGHBOUR_LIVES = timedelta(days=7)
MOST = 200
BATCH = 400
# What is made of a clip carries the hash of the clip; a copy that broke off carries more behind its ending.
OF_A_CLIP = re.compile(r"([0-9a-f]{64})(?:\.mp4|-[a-z0-9]+\.(?:jpg|mp4))", re.ASCII)


def collect_garbage(number: int) -> int:
    """The round of one folder, 0 to 255: puts aside what nobody names, tidies what was put aside; how many files moved.

    A copied database names other files than the original does, so in safe mode, and while another deployment uses this
    storage too, nothing happens.
    """
    if safe_mode() or not _is_ours_alone():
        return 0
    folder, before = (f"{one % FOLDERS:02x}" for one in (number, number - 1))
    moved = 0
    for kind in KINDS:
        moved += _sort_trash(f"{kind}/{before}") + _sort_trash(f"{kind}/{folder}")
        aside = list(_put_aside(f"{kind}/{folder}"))
        _put_back(named(aside))
        moved += len(aside)
    return moved


def named(names: Iterable[str]) -> set[str]:
    """Those of the stored names that a row names, by itself or by the hash of the clip that it was made from."""
    found: set[str] = set()
    for batch in batched(names, BATCH):
        by_hash = {name: match[1] for name in batch if (match := OF_A_CLIP.fullmatch(PurePosixPath(name).name))}
        there = set(Clip.objects.filter(sha256__in=set(by_hash.values())).values_list("sha256", flat=True))
        found.update(name for name, sha256 in by_hash.items() if sha256 in there)
        # By name there is no index to go by, and hardly anything is left to be looked for.
        if left := [name for name in batch if name not in found]:
            found |= _in_columns(Clip, ("file", "poster", "sprite", "proxy"), left)
            found |= _in_columns(AssetVersion, ("file", "thumbnail"), left)
    return found


def _in_columns(model: type[Model], columns: tuple[str, ...], names: list[str]) -> set[str]:
    wanted = Q()
    for column in columns:
        wanted |= Q(**{f"{column}__in": names})
    rows = model._default_manager.filter(wanted).values_list(*columns)
    return {name for row in rows.iterator() for name in row}.intersection(names)


def _put_aside(folder: str) -> Iterator[str]:
    """Move the files of a folder that no row names and that are a day old; their names."""
    names = _files(folder)
    known = named(names)
    for name in islice((name for name in names if name not in known and _is_old(name)), MOST):
        try:
            move_file(default_storage, name, f"{TRASH}/{name}")
        except OSError as error:
            logger.info("not put aside", file=name, said=str(error))
            continue
        logger.info("put aside", file=name)
        yield name


def _sort_trash(folder: str) -> int:
    """Put back what a row names after all; delete what has lain aside for a day; how many files."""
    names = [name.removeprefix(f"{TRASH}/") for name in _files(f"{TRASH}/{folder}")]
    wanted = named(names)
    _put_back(wanted)
    over = list(islice((name for name in names if name not in wanted and _is_old(f"{TRASH}/{name}")), MOST))
    for name in over:
        default_storage.delete(f"{TRASH}/{name}")
        logger.info("deleted", file=name)
    return len(over) + len(wanted)


def _put_back(names: Iterable[str]) -> None:
    for name in names:
        if default_storage.exists(name):  # the same bytes came again meanwhile
            default_storage.delete(f"{TRASH}/{name}")
        else:
            move_file(default_storage, f"{TRASH}/{name}", name)
            logger.warning("put back", file=name)


def _files(folder: str) -> list[str]:
    try:
        return [f"{folder}/{name}" for name in sorted(default_storage.listdir(folder)[1])]
    except FileNotFoundError:
        return []


def _is_old(name: str) -> bool:
    try:
        return timezone.now() - default_storage.get_modified_time(name) > PATIENCE
    except OSError:  # gone meanwhile
        return False


def _is_ours_alone() -> bool:
    """Leave our mark, and look for a fresh one of somebody else: a database that works on these files as well."""
    mine = parts_here()["database"][:32]
    now = timezone.now()
    others = [name for name in _files(MARKS) if not name.startswith(f"{MARKS}/{mine}")]
    own = f"{MARKS}/{mine}"
    if not default_storage.exists(own) or now - default_storage.get_modified_time(own) > timedelta(hours=1):
        default_storage.delete(own)
        default_storage.save(own, ContentFile(b"A deployment that works on these files.\n"))
    if any(now - default_storage.get_modified_time(name) < NEIGHBOUR_LIVES for name in others):
        logger.warning("another deployment uses this storage; nothing is collected")
        return False
    return True
