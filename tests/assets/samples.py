"""Real pictures and real videos, small, made on the spot."""

import array
import hashlib
import io
import random
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.stream import VideoStream
from PIL import Image

from assets.clips import Result, keep_clip, store_clip
from assets.media.reading import Probe, facts_of, opened
from assets.models import Clip, Take

SOUND_RATE = 44_100


def picture(
    size: tuple[int, int] = (640, 360), kind: str = "PNG", colour: Any = (200, 40, 40), **options: Any
) -> bytes:
    """An image of one colour, encoded."""
    return encoded(Image.new("RGB", size, colour), kind, **options)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The bytes of an image."""
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def grey_of(frame: int) -> int:
    """How bright frame number `frame` of a sample video is."""
    return (20 + frame * 8) % 256


def video(
    path: Path,
    *,
    frames: int = 24,
    fps: int = 24,
    size: tuple[int, int] = (320, 180),
    sound: bool = False,
    codec: str = "libx264",
) -> Path:
    """An MP4, H.264 if nothing else is asked for, whose frames are grey, each 8 brighter than the one before."""
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        options = {"preset": "ultrafast", "bf": "2"}
        stream = cast("VideoStream", container.add_stream(codec, rate=fps, options=options))
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.gop_size = 8
        audio = container.add_stream("aac", rate=SOUND_RATE, layout="mono") if sound else None
        for number in range(frames):
            grey = bytes([grey_of(number)]) * (size[0] * size[1] * 4)
            frame = av.VideoFrame.from_bytes(grey, *size, format="rgba")
            frame.pts, frame.time_base = number, Fraction(1, fps)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
        if audio is not None:
            _write_sound(container, audio, frames * SOUND_RATE // fps // 1024)
    return path


def noisy_video(path: Path, size: tuple[int, int]) -> Path:
    """An MP4 with one frame of coarse noise, coded so sparingly that the edges of its blocks would show."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=24, options={"preset": "veryfast", "crf": "36"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        noise = Image.frombytes("RGB", (64, 36), random.Random(1).randbytes(64 * 36 * 3)).resize(size)
        frame = av.VideoFrame(*size, "rgb24")
        frame.planes[0].update(noise.tobytes("raw", "RGB", frame.planes[0].line_size))
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def read_probe(path: Path) -> Probe:
    """Facts of a video of our own: no child process is needed for that."""
    with opened(path) as (container, stream):
        return facts_of(container, stream)


def sound_only(path: Path) -> Path:
    """An MP4 with sound and no picture."""
    with av.open(str(path), "w", format="mp4") as container:
        _write_sound(container, container.add_stream("aac", rate=SOUND_RATE, layout="mono"), 20)
    return path


def _write_sound(container: OutputContainer, stream: AudioStream, blocks: int) -> None:
    for block in range(blocks):
        samples = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        samples.planes[0].update(array.array("f", [0.1] * 1024).tobytes())
        samples.sample_rate, samples.pts, samples.time_base = SOUND_RATE, block * 1024, Fraction(1, SOUND_RATE)
        container.mux(stream.encode(samples))
    container.mux(stream.encode(None))


def body(response: Any) -> bytes:
    """What an answer carries, streamed or not; a streamed one is closed by reading it."""
    return b"".join(response.streaming_content) if response.streaming else bytes(response.content)


def stored_clip(path: Path, take: Take, **options: Any) -> Clip:
    """A clip with a real file in storage; `path` is where the video is made."""
    data = video(path, **options).read_bytes()
    # Probed without the child process: these bytes are our own.
    got = Result(path, hashlib.sha256(data).hexdigest(), len(data), read_probe(path))
    return store_clip(take, got, keep_clip(got))
