"""Read MP4 files with PyAV: facts and exact frames. The bytes come from outside: call this through `probe.py` only,
which does it in a child process with limits.

The demuxer is fixed to MP4 and to local files, so that no playlist or reference inside the bytes opens anything else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.stream import Stream
from av.video.frame import VideoFrame
from av.video.reformatter import Colorspace
from av.video.stream import VideoStream
from PIL import Image

from projects.errors import Refused

MAX_SIDE = 8192
MAX_FRAMES = 36_000
UNSPECIFIED = 2
HD_LINES = 720


class NotAVideo(Refused):
    """The bytes are no usable video; `str(error)` says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Probe:
    """Facts of a video: pixels, `fps_num / fps_den` frames a second, the count of frames, milliseconds, codec names.

    `audio_codec` is empty for a silent one. `container` is "mp4".
    """

    width: int
    height: int
    fps_num: int
    fps_den: int
    frames: int
    duration_ms: int
    video_codec: str
    audio_codec: str
    container: str


# Opening reads on and decodes a frame to learn the pixel format, which with a 1080p key frame is most of the work. It
# is left out: the header says all that is asked here, and whoever decodes later has a decoder of their own. Nor are
# packets looked into: an MP4 holds whole frames and says when each is shown.
SKIP = {
    "skip_frame": "all",
    "threads": "1",
    "probesize": "4096",
    "fflags": "+noparse+nofillin",
}


@contextmanager
def opened(path: Path) -> Iterator[tuple[InputContainer, VideoStream]]:
    """The container and its first video stream. Raises NotAVideo."""
    try:
        container = av.open(str(path), "r", format="mp4", options={"protocol_whitelist": "file", **SKIP})
    except (av.FFmpegError, ValueError) as error:
        raise NotAVideo(f"This is no MP4 video: {what_it_looks_like(path)}.") from error
    with container:
        if not container.streams.video:
            raise NotAVideo("The file holds no picture, only sound or nothing.")
        if not decodable(container.streams.video[0]):
            raise NotAVideo("The picture is coded in a way that can't be decoded.")
        try:
            yield container, container.streams.video[0]
        except av.FFmpegError as error:
            raise NotAVideo(f"The video is damaged: {error.strerror or type(error).__name__}.") from error


def decodable(stream: Stream) -> bool:
    """Whether there is a decoder: PyAV leaves the context of an unknown codec empty, whatever its types say."""
    return getattr(stream, "codec_context", None) is not None


def sound_of(container: InputContainer) -> list[AudioStream]:
    """The first sound track that can be decoded, in a list; empty for a silent file."""
    return [stream for stream in container.streams.audio if decodable(stream)][:1]


def what_it_looks_like(path: Path) -> str:
    """What the first bytes say the file is, for the sentence of a refusal."""
    with path.open("rb") as file:
        head = file.read(512).lstrip().lower()
    if not head:
        return "the file is empty"
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<")):
        return "it is a web page or XML text"
    if head.startswith((b"{", b"[")):
        return "it is JSON text"
    if b"ftyp" in head[:16]:
        return "its index is missing or damaged, so it was probably cut off"
    return "its bytes are something else"


def facts_of(container: InputContainer, stream: VideoStream) -> Probe:
    """Facts of a video that was just opened, counted rather than believed: every packet is read, and none decoded.

    Raises NotAVideo.
    """
    claimed, rate, codec = stream.frames, stream.average_rate, stream.codec_context.name
    width, height = stream.codec_context.width, stream.codec_context.height
    _check_size(width, height, claimed)
    if not rate or stream.time_base is None:
        raise NotAVideo("The video has no clock.")
    sound = "".join(track.codec_context.name for track in sound_of(container))
    times, packets = _scan(container, stream)
    if packets < claimed:
        raise NotAVideo(f"The video was cut off: {packets} of {claimed} frames are there.")
    pace = Fraction(rate.numerator, rate.denominator).limit_denominator(1001)
    return Probe(
        width=width,
        height=height,
        fps_num=pace.numerator,
        fps_den=pace.denominator,
        frames=len(times),
        duration_ms=round(len(times) * 1000 / pace),
        video_codec=codec,
        audio_codec=sound,
        container="mp4",
    )


def _check_size(width: int, height: int, frames: int) -> None:
    if not (0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE):
        raise NotAVideo(f"The picture of {width} × {height} pixels is out of bounds (at most {MAX_SIDE} a side).")
    if frames > MAX_FRAMES:
        raise NotAVideo(f"The video claims {frames} frames; at most {MAX_FRAMES} are taken.")


def frame_times(path: Path) -> list[int]:
    """When each frame is shown, in the stream's time base, in order. Nothing is decoded. Raises NotAVideo."""
    with opened(path) as (container, stream):
        return _scan(container, stream)[0]


def _scan(container: InputContainer, stream: VideoStream) -> tuple[list[int], int]:
    """The times of frames that are shown, and how many packets there are (an edit list may hide some)."""
    times, packets = [], 0
    for packet in container.demux(stream):
        if packet.pts is None or not packet.size:
            continue
        packets += 1
        if not packet.is_discard:
            times.append(packet.pts)
        if packets > MAX_FRAMES:
            raise NotAVideo(f"The video has more than {MAX_FRAMES} frames.")
    if not times:
        raise NotAVideo("The video has no frames.")
    return sorted(times), packets


def exact_frame(path: Path, number: int) -> Image.Image:
    """Frame `number` (from 0) as an RGB picture, exactly that one. Raises NotAVideo, or IndexError beyond the last."""
    times = frame_times(path)
    if not 0 <= number < len(times):
        raise IndexError(number)
    wanted = times[number]
    with opened(path) as (container, stream):
        container.seek(wanted, stream=stream)
        for frame in container.decode(stream):
            if frame.pts is not None and frame.pts >= wanted:
                return picture_of(frame)
    raise NotAVideo(f"Frame {number} can't be decoded.")


def picture_of(frame: VideoFrame, size: tuple[int, int] | None = None) -> Image.Image:
    """The frame as RGB, in the size given. Video that doesn't name its colours is BT.709 from 720 lines on.

    Without that, swscale takes everything for BT.601 and the picture's colours shift.
    """
    unnamed = frame.colorspace == UNSPECIFIED and min(frame.width, frame.height) >= HD_LINES
    width, height = size or (frame.width, frame.height)
    rgb = frame.reformat(
        width=width, height=height, format="rgb24", src_colorspace=Colorspace.ITU709 if unnamed else None
    )
    plane = rgb.planes[0]
    return Image.frombytes("RGB", (width, height), bytes(plane), "raw", "RGB", plane.line_size)
