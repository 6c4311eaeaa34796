"""A poster at little cost: one key frame from a third into the clip, decoded alone, scaled, written as JPEG.

The file is opened as PyAV does it unless told otherwise, which decodes a key frame more to learn the pixel format. The
product saves that, so on a clip with large key frames its poster costs about half of this one.
"""

from pathlib import Path

import av
from av.video.frame import VideoFrame
from PIL import Image

WIDTH, HEIGHT, QUALITY = 960, 540, 84  # as large as the product's


def write_poster(clip: Path) -> None:
    """Write the poster beside the clip."""
    rgb = _key_frame(clip).reformat(width=WIDTH, height=HEIGHT, format="rgb24")
    plane = rgb.planes[0]
    picture = Image.frombytes("RGB", (WIDTH, HEIGHT), bytes(plane), "raw", "RGB", plane.line_size)
    picture.save(clip.with_suffix(".jpg"), "JPEG", quality=QUALITY)


def _key_frame(clip: Path) -> VideoFrame:
    with av.open(str(clip), "r", format="mp4") as container:
        stream = container.streams.video[0]
        stream.codec_context.thread_count = 1
        container.seek(round((stream.duration or 0) / 3), stream=stream)
        packet = next(container.demux(stream))
        frames = [*stream.codec_context.decode(packet), *stream.codec_context.decode(None)]
        return frames[0]
