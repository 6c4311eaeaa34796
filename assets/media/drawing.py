"""What is drawn from a clip: the poster and the sprite of frames for the hover scrub. Called in the child process."""

from pathlib import Path

from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PIL import Image

from assets.media.reading import NotAVideo, frame_times, opened, picture_of

POSTER_BOX = (960, 960)
SMOOTHED_AT = 2  # times smaller
SPRITE_BOX = (320, 180)
SPRITE_FRAMES = 10


def fitted(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """The largest size of that ratio inside the box, never enlarged, at least one pixel a side."""
    scale = min(box[0] / width, box[1] / height, 1)
    return max(round(width * scale), 1), max(round(height * scale), 1)


def draw_poster(path: Path, out: Path) -> None:
    """The poster of a file; see `save_poster`. Raises NotAVideo."""
    with opened(path) as (container, stream):
        save_poster(container, stream, out)


def save_poster(container: InputContainer, stream: VideoStream, out: Path) -> None:
    """A key frame from about a third into the clip as JPEG: one seek and one decoded frame.

    Nothing may have been decoded before. Raises NotAVideo.
    """
    context = stream.codec_context
    if context.width >= SMOOTHED_AT * fitted(context.width, context.height, POSTER_BOX)[0]:
        # The loop filter smooths the edges of blocks, as making the picture so much smaller does anyway.
        context.options = {"skip_loop_filter": "all"}
    frame = _key_frame(container, stream, round((stream.duration or 0) / 3))
    if frame is None:
        raise NotAVideo("No frame for the poster can be decoded.")
    picture_of(frame, fitted(frame.width, frame.height, POSTER_BOX)).save(out, "JPEG", quality=84)


def _key_frame(container: InputContainer, stream: VideoStream, at: int) -> VideoFrame | None:
    """The key frame at or before a time of the stream, decoded alone.

    A decoder gives out its first frame only when it has read some more, for the order in which they are shown: that
    would be half of the work, so it is told that nothing follows. Where that gives no picture, it may read on.
    """
    container.seek(at, stream=stream)
    decode = stream.codec_context.decode
    if (packet := next(container.demux(stream), None)) and (frames := [*decode(packet), *decode(None)]):
        return frames[0]
    stream.codec_context.flush_buffers()
    container.seek(at, stream=stream)
    return next(container.decode(stream), None)


class Sprite:
    """Up to ten frames, evenly spread, side by side in one JPEG; taken from the frames that somebody decodes anyway."""

    def __init__(self, path: Path) -> None:
        times = frame_times(path)
        count = min(SPRITE_FRAMES, len(times))
        self._wanted = {times[(2 * place + 1) * len(times) // (2 * count)] for place in range(count)}
        self._pictures: list[Image.Image] = []

    def see(self, frame: VideoFrame) -> None:
        """One frame of the clip, each in its turn."""
        if frame.pts in self._wanted:
            self._pictures.append(picture_of(frame, fitted(frame.width, frame.height, SPRITE_BOX)))

    def save(self, out: Path) -> int:
        """Write the JPEG. Returns how many frames it has. Raises NotAVideo when none could be decoded."""
        if not self._pictures:
            raise NotAVideo("No frames for the sprite can be decoded.")
        width, height = self._pictures[0].size
        strip = Image.new("RGB", (width * len(self._pictures), height))
        for place, picture in enumerate(self._pictures):
            strip.paste(picture, (width * place, 0))
        strip.save(out, "JPEG", quality=78)
        return len(self._pictures)
