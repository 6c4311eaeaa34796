"""The door to video files: facts, pictures and single frames, each made in a child process with limits."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from assets.media.reading import NotAVideo, Probe
from assets.media.sandbox import ReadingStopped, run_limited

__all__ = ["Drawn", "NotAVideo", "Probe", "ReadingStopped", "draw", "frame_image", "probe"]

# Of CPU; the clock gets three times as much.
PROBE_SECONDS = 15
DRAW_SECONDS = 75
FRAME_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Drawn:
    """Files drawn from a clip: a poster if asked for, a sprite of `sprite_frames` side by side, a 360p MP4 proxy."""

    poster: Path | None
    sprite: Path
    sprite_frames: int
    proxy: Path


def probe(path: Path, poster: Path | None = None) -> Probe:
    """Facts of a video file, and its poster written to `poster`. Raises NotAVideo with a sentence, whatever the bytes.

    Raises ReadingStopped (an OSError) when there was no verdict within 45 s or somebody stopped the child.
    """
    return Probe(**run_limited("probe", path, *([poster] if poster else []), cpu_seconds=PROBE_SECONDS))


def draw(path: Path, folder: Path, *, poster: bool = True) -> Drawn:
    """Sprite and proxy of a clip, and its poster, written to `folder`, at low priority.

    Raises NotAVideo or ReadingStopped.
    """
    told = run_limited("draw", path, folder, int(poster), cpu_seconds=DRAW_SECONDS)
    return Drawn(
        folder / "poster.jpg" if poster else None, folder / "sprite.jpg", told["sprite_frames"], folder / "proxy.mp4"
    )


def frame_image(path: Path, frame: int) -> Image.Image:
    """Frame number `frame` (from 0, shown at (frame + 0.5) / fps) as RGB.

    Raises NotAVideo, also beyond the last, or ReadingStopped.
    """
    with tempfile.TemporaryDirectory(prefix="frame-") as folder:
        out = Path(folder) / "frame.png"
        run_limited("frame", path, frame, out, cpu_seconds=FRAME_SECONDS)
        with Image.open(out) as image:
            image.load()
            return image.copy()
