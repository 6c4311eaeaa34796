"""Keep the video of a take under its content hash; draw poster, sprite and proxy from it. Each step is safe twice."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import structlog
from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile

from assets.media.probe import Probe, draw
from assets.models import Clip, Take
from projects.crash_points import crash_point
from projects.files import CHUNK, keep_file

POSTER = "-poster.jpg"


def clip_name(sha256: str, ending: str) -> str:
    """Where something made from a clip's content is stored."""
    return f"clips/{sha256[:2]}/{sha256}{ending}"


@dataclass(frozen=True, slots=True)
class Result:
    """A result on our disk: SHA-256 in hex, bytes, what the probe found, and the poster if it is drawn already."""

    path: Path
    sha256: str
    size: int
    probe: Probe
    poster: Path | None = None


class Kept(NamedTuple):
    """Names in storage; no poster: empty."""

    file: str
    poster: str


def keep_clip(got: Result) -> Kept:
    """Store the bytes under their hash; called again, or by two workers, it is one object.

    Raises ValueError when the file has another size than was said: then nothing is stored.
    """
    if (size := got.path.stat().st_size) != got.size:
        raise ValueError(f"{got.path.name} has {size} bytes, not {got.size}")
    file = keep_file(default_storage, clip_name(got.sha256, ".mp4"), got.path)
    poster = keep_file(default_storage, clip_name(got.sha256, POSTER), got.poster) if got.poster else ""
    return Kept(file, poster)


def store_clip(take: Take, got: Result, kept: Kept) -> Clip:
    """Write the row of a take's clip whose bytes are kept, and give it back as written.

    Where there is one already, that one stays as it is: whoever is told so by the job's own move rolls back.
    """
    facts = got.probe
    clip = Clip(
        take=take,
        sha256=got.sha256,
        size=got.size,
        file=kept.file,
        poster=kept.poster,
        width=facts.width,
        height=facts.height,
        fps_num=facts.fps_num,
        fps_den=facts.fps_den,
        frames=facts.frames,
        duration_ms=facts.duration_ms,
        video_codec=facts.video_codec,
        audio_codec=facts.audio_codec,
    )
    # One statement, and no savepoint around it. To ignore conflicts would hide broken constraints as well on SQLite.
    Clip.objects.bulk_create([clip], update_conflicts=True, unique_fields=["take"], update_fields=["take"])
    return clip


def draw_clip(clip_id: UUID | str) -> None:
    """Make what a clip lacks of sprite, proxy and poster, and note it on its row.

    Raises Clip.DoesNotExist, NotAVideo (the file can't be drawn from), ReadingStopped (try again later) or
    FileNotFoundError (storage lost it).
    """
    clip = Clip.objects.select_related("take__generation").get(pk=clip_id)
    structlog.contextvars.bind_contextvars(generation=str(clip.take.generation.pk))  # until the task ends
    if clip.poster and clip.sprite and clip.proxy:
        return
    with local_copy(clip.file) as source, tempfile.TemporaryDirectory(prefix="draw-") as folder:
        drawn = draw(source, Path(folder), poster=not clip.poster)
        if drawn.poster:
            clip.poster.name = keep_file(default_storage, clip_name(clip.sha256, POSTER), drawn.poster)
        crash_point("drawn")
        Clip.objects.filter(pk=clip.pk).update(
            poster=clip.poster,
            sprite=keep_file(default_storage, clip_name(clip.sha256, "-sprite.jpg"), drawn.sprite),
            sprite_frames=drawn.sprite_frames,
            proxy=keep_file(default_storage, clip_name(clip.sha256, "-360p.mp4"), drawn.proxy),
        )


@contextmanager
def local_copy(file: FieldFile) -> Iterator[Path]:
    """The stored file as a path: itself on disk, a temporary copy from a bucket. Raises FileNotFoundError."""
    try:
        yield Path(file.path)
        return
    except NotImplementedError:
        pass
    with (
        tempfile.NamedTemporaryFile(prefix="clip-", suffix=".mp4") as copy,
        file.storage.open(str(file.name)) as stored,
    ):
        for piece in stored.chunks(CHUNK):
            copy.write(piece)
        copy.flush()
        yield Path(copy.name)
