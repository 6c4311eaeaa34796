"""Keep the video of a take under its content hash; draw poster, sprite and proxy from it. Each step is safe twice."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models.fields.files import FieldFile

from assets.media.probe import Probe, draw
from assets.models import Clip, Take
from projects.files import CHUNK, keep_file


def clip_name(sha256: str, ending: str) -> str:
    """Where something made from a clip's content is stored."""
    return f"clips/{sha256[:2]}/{sha256}{ending}"


def store_clip(*, take: Take, path: Path, sha256: str, size: int, probe: Probe) -> Clip:
    """Keep the file at `path` (`size` bytes with that SHA-256, already probed) as the clip of `take`.

    Called again, or by two workers, it gives the same row and one stored object. Raises ValueError when the file at
    `path` has another size than was said: then nothing is stored.
    """
    if path.stat().st_size != size:
        raise ValueError(f"{path.name} has {path.stat().st_size} bytes, not {size}")
    name = keep_file(default_storage, clip_name(sha256, ".mp4"), path)
    clip, _ = Clip.objects.get_or_create(
        take=take,
        defaults={
            "sha256": sha256,
            "size": size,
            "file": name,
            "width": probe.width,
            "height": probe.height,
            "fps_num": probe.fps_num,
            "fps_den": probe.fps_den,
            "frames": probe.frames,
            "duration_ms": probe.duration_ms,
            "video_codec": probe.video_codec,
            "audio_codec": probe.audio_codec,
        },
    )
    return clip


def draw_clip(clip_id: UUID | str) -> None:
    """Make poster, sprite and proxy of a clip and note them on its row; does nothing when they are there.

    Raises Clip.DoesNotExist, NotAVideo (the file can't be drawn from), ReadingStopped (try again later) or
    FileNotFoundError (storage lost it).
    """
    clip = Clip.objects.get(pk=clip_id)
    if clip.poster and clip.sprite and clip.proxy:
        return
    with local_copy(clip.file) as source, tempfile.TemporaryDirectory(prefix="draw-") as folder:
        drawn = draw(source, Path(folder))
        Clip.objects.filter(pk=clip.pk).update(
            poster=keep_file(default_storage, clip_name(clip.sha256, "-poster.jpg"), drawn.poster),
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
