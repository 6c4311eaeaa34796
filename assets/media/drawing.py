"""What is drawn from a clip: the poster and the sprite of frames for the hover scrub. Called in the child process."""

from pathlib import Path

from PIL import Image

from assets.media.reading import NotAVideo, frame_times, opened, picture_of

POSTER_BOX = (960, 960)
SPRITE_BOX = (320, 180)
SPRITE_FRAMES = 10


def fitted(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """The largest size of that ratio inside the box, never enlarged, at least one pixel a side."""
    scale = min(box[0] / width, box[1] / height, 1)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def draw_poster(path: Path, out: Path) -> None:
    """A key frame from about a third into the clip as JPEG: one seek and one decoded frame. Raises NotAVideo."""
    with opened(path) as (container, stream):
        container.seek(round((stream.duration or 0) / 3), stream=stream)
        frame = next(container.decode(stream), None)
        if frame is None:
            raise NotAVideo("No frame for the poster can be decoded.")
        size = fitted(frame.width, frame.height, POSTER_BOX)
        picture_of(frame, size).save(out, "JPEG", quality=84)


def draw_sprite(path: Path, out: Path) -> int:
    """Up to ten frames, evenly spread, side by side in one JPEG. Returns how many. Raises NotAVideo."""
    times = frame_times(path)
    count = min(SPRITE_FRAMES, len(times))
    wanted = {times[(2 * place + 1) * len(times) // (2 * count)] for place in range(count)}
    with opened(path) as (container, stream):
        size = fitted(stream.codec_context.width, stream.codec_context.height, SPRITE_BOX)
        pictures = [picture_of(frame, size) for frame in container.decode(stream) if frame.pts in wanted]
    if not pictures:
        raise NotAVideo("No frames for the sprite can be decoded.")
    strip = Image.new("RGB", (size[0] * len(pictures), size[1]))
    for place, picture in enumerate(pictures):
        strip.paste(picture, (size[0] * place, 0))
    strip.save(out, "JPEG", quality=78)
    return len(pictures)
