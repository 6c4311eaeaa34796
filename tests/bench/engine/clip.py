"""The clip that every task of the benchmark brings: 1080p, 5 s, H.264, 4 to 5 MB; rendered once and kept."""

import random
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image

WIDTH, HEIGHT, FPS, SECONDS = 1920, 1080, 24, 5
BITS_A_SECOND = 7_300_000
NAME = "kling-bench-1080p-2.mp4"
SEED, GRAIN, DANCE = 3, 0.05, 64
BOX = 64  # bytes of the trailing "free" box that makes each task's file another one


def canned_clip() -> Path:
    """Where the clip lies. It is rendered when nobody has done so on this machine."""
    path = Path(tempfile.gettempdir()) / NAME
    if not path.exists():
        half_done = path.with_suffix(".part")
        _render(half_done)
        half_done.replace(path)
    return path


def tail(task_id: str) -> bytes:
    """A box that players skip, with the task's id in it: equal files would be stored once, and cost nothing."""
    return BOX.to_bytes(4, "big") + b"free" + task_id.encode().ljust(BOX - 8)[: BOX - 8]


def _render(path: Path) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.bit_rate, stream.codec_context.gop_size = BITS_A_SECOND, 2 * FPS
        for number, picture in enumerate(_pictures()):
            frame = av.VideoFrame(WIDTH, HEIGHT, "rgb24")
            frame.planes[0].update(picture.tobytes("raw", "RGB", frame.planes[0].line_size))
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def _pictures() -> Iterator[Image.Image]:
    """A pan over coloured shapes, with grain that dances: as in footage, it is change that takes the bits."""
    chance = random.Random(SEED)
    small = Image.new("RGB", (96, 54))
    small.putdata([(chance.randrange(256), chance.randrange(256), chance.randrange(256)) for _ in range(96 * 54)])
    ground = small.resize((WIDTH + 8 * FPS * SECONDS, HEIGHT + 3 * FPS * SECONDS), Image.Resampling.BICUBIC)
    grain = Image.frombytes("L", (WIDTH + DANCE, HEIGHT + DANCE), chance.randbytes((WIDTH + DANCE) * (HEIGHT + DANCE)))
    for number in range(FPS * SECONDS):
        x, y = chance.randrange(DANCE), chance.randrange(DANCE)
        over = grain.crop((x, y, x + WIDTH, y + HEIGHT)).convert("RGB")
        under = ground.crop((number * 8, number * 3, number * 8 + WIDTH, number * 3 + HEIGHT))
        yield Image.blend(under, over, GRAIN)
