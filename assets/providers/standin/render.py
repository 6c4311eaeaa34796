"""Real clips: H.264 in MP4 with the index in front, AAC when sound is on, of exactly the length that was asked for."""

import array
import hashlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image, ImageOps

from .captions import Captions, Words
from .scenes import paint

SAMPLE_RATE = 44_100
MAX_RATIO = 2.5
ZOOM = 0.14
BT709 = 1

type Painter = Callable[[float], Image.Image]


@dataclass(frozen=True, slots=True)
class Clip:
    """What to render. `image` holds the start image's bytes and sets the ratio; without it `aspect_ratio` does."""

    words: Words
    aspect_ratio: str = "16:9"
    image: bytes | None = None
    short_side: int = 720
    fps: int = 24


def frame_size(ratio: float, short_side: int) -> tuple[int, int]:
    """Width and height in even pixels for a ratio (width by height), no flatter or taller than Kling makes them."""
    ratio = min(max(ratio, 1 / MAX_RATIO), MAX_RATIO)
    width, height = (short_side * ratio, short_side) if ratio >= 1 else (short_side, short_side / ratio)
    return round(width / 2) * 2, round(height / 2) * 2


def render(clip: Clip, path: Path) -> None:
    """Write the clip to `path`. Raises OSError (PIL.UnidentifiedImageError is one) for a start image that is none."""
    painter, width, height = _still_life(clip) if clip.image is not None else _scenery(clip)
    captions = Captions(clip.words, width, height, clip.fps)
    half_done = path.with_suffix(".part")
    with av.open(str(half_done), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        picture = _picture_stream(container, width, height, clip.fps)
        sound = container.add_stream("aac", rate=SAMPLE_RATE, layout="mono") if clip.words.sound else None
        _write_picture(container, picture, painter, captions, clip)
        if sound is not None:
            _write_sound(container, sound, clip.words)
    half_done.replace(path)


def _scenery(clip: Clip) -> tuple[Painter, int, int]:
    across, down = clip.aspect_ratio.split(":")
    width, height = frame_size(int(across) / int(down), clip.short_side)
    return paint(clip.words.prompt, width, height).frame, width, height


def _still_life(clip: Clip) -> tuple[Painter, int, int]:
    """The start image, whole on the first frame, then nearer and nearer to a point that the prompt decides."""
    with Image.open(BytesIO(clip.image or b"")) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
    width, height = frame_size(upright.width / upright.height, clip.short_side)
    image = ImageOps.fit(upright, (width, height), Image.Resampling.LANCZOS)
    digest = hashlib.sha256(clip.words.prompt.encode("utf-8", "replace")).digest()
    towards_x, towards_y = digest[0] / 255, digest[1] / 255

    def frame(progress: float) -> Image.Image:
        if progress == 0:
            return image.copy()
        cut_x, cut_y = width * ZOOM * progress, height * ZOOM * progress
        box = (cut_x * towards_x, cut_y * towards_y, width - cut_x * (1 - towards_x), height - cut_y * (1 - towards_y))
        return image.resize((width, height), Image.Resampling.BILINEAR, box=box)

    return frame, width, height


def _picture_stream(container: OutputContainer, width: int, height: int, fps: int) -> VideoStream:
    stream = container.add_stream("libx264", rate=fps, options={"preset": "ultrafast", "crf": "20"})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    context = stream.codec_context
    context.gop_size, context.thread_count = fps, 1
    context.colorspace = context.color_primaries = context.color_trc = BT709
    return stream


def _write_picture(
    container: OutputContainer, stream: VideoStream, painter: Painter, captions: Captions, clip: Clip
) -> None:
    count = clip.words.seconds * clip.fps
    for number in range(count):
        picture = painter(number / count)
        captions.draw(picture, number)
        frame = _frame(picture)
        frame.pts, frame.time_base = number, Fraction(1, clip.fps)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _frame(picture: Image.Image) -> av.VideoFrame:
    """A picture as the encoder takes it. Lines in the frame may be padded, so they are laid out by its stride."""
    rgb = av.VideoFrame(picture.width, picture.height, "rgb24")
    plane = rgb.planes[0]
    plane.update(picture.tobytes("raw", "RGB", plane.line_size))
    return rgb.reformat(format="yuv420p", dst_colorspace="ITU709", interpolation="POINT")


def _write_sound(container: OutputContainer, stream: AudioStream, words: Words) -> None:
    for number, samples in enumerate(_chunks(_tone(words), 1024)):
        frame = av.AudioFrame(format="fltp", layout="mono", samples=len(samples))
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts, frame.time_base = SAMPLE_RATE, number * 1024, Fraction(1, SAMPLE_RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))


def _tone(words: Words) -> "array.array[float]":
    """A soft chord that the prompt chooses, fading in and out. Whole hertz, so one second of it may be repeated."""
    root = 110 + hashlib.sha256(words.prompt.encode("utf-8", "replace")).digest()[2] % 88
    notes = [(root, 0.10), (round(root * 1.5), 0.06), (root * 2, 0.04)]
    second = array.array(
        "f",
        (sum(loud * math.sin(math.tau * note * at / SAMPLE_RATE) for note, loud in notes) for at in range(SAMPLE_RATE)),
    )
    tone = second * words.seconds
    ramp = SAMPLE_RATE // 4
    for at in range(ramp):
        tone[at] *= at / ramp
        tone[-1 - at] *= at / ramp
    return tone


def _chunks(samples: "array.array[float]", size: int) -> Iterator["array.array[float]"]:
    return (samples[start : start + size] for start in range(0, len(samples), size))
