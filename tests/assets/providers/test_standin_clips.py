"""The clips that the stand-in renders."""

from io import BytesIO
from pathlib import Path

import av
import pytest
from PIL import Image, ImageChops

from assets.providers.standin.captions import Words
from assets.providers.standin.render import Clip, frame_size, render
from assets.providers.standin.scenes import PAINTERS, paint


@pytest.mark.parametrize(
    ("ratio", "size"),
    [(16 / 9, (1280, 720)), (9 / 16, (720, 1280)), (1, (720, 720)), (4 / 3, (960, 720)), (9, (1800, 720))],
)
def test_frame_size(ratio: float, size: tuple[int, int]) -> None:
    assert frame_size(ratio, 720) == size


def clip_of(tmp_path: Path, **changed: object) -> Path:
    words = Words("A quiet morning", "text-to-video", "task_1", 5, sound=bool(changed.pop("sound", False)))
    render(Clip(words, short_side=120, **changed), tmp_path / "clip.mp4")  # type: ignore[arg-type]
    return tmp_path / "clip.mp4"


@pytest.mark.parametrize("fps", [24, 30])
def test_a_clip_has_exactly_its_length(tmp_path: Path, fps: int) -> None:
    with av.open(str(clip_of(tmp_path, fps=fps, sound=True))) as clip:
        assert sum(1 for _ in clip.decode(video=0)) == 5 * fps
        assert clip.duration == pytest.approx(5_000_000, abs=30_000)
        assert clip.streams.video[0].codec_context.pix_fmt == "yuv420p"


def test_the_index_stands_in_front(tmp_path: Path) -> None:
    film = clip_of(tmp_path).read_bytes()
    assert film.index(b"moov") < film.index(b"mdat")


def test_the_first_frame_of_image_to_video_is_the_image(tmp_path: Path) -> None:
    image = Image.linear_gradient("L").resize((400, 300)).convert("RGB")
    file = BytesIO()
    image.save(file, "JPEG")
    with av.open(str(clip_of(tmp_path, image=file.getvalue()))) as clip:
        first, *_, last = (left_edge(frame) for frame in clip.decode(video=0))
    wanted = image.resize((1, len(first))).convert("L").tobytes()
    assert max(abs(a - b) for a, b in zip(first, wanted, strict=True)) < 12
    assert last != first


def left_edge(frame: av.VideoFrame) -> bytes:
    """The leftmost pixel of each line, in grey."""
    plane = frame.reformat(format="gray").planes[0]
    return bytes(plane)[:: plane.line_size]


@pytest.mark.parametrize("words", ["city", "sea", "product", "mountain", "anything", ""])
def test_every_scene_is_painted_and_moves(words: str) -> None:
    scene = paint(words, 160, 90)
    assert scene.frame(0).size == (160, 90)
    assert ImageChops.difference(scene.frame(0), scene.frame(0.9)).getbbox() is not None
    assert len(PAINTERS) == 4
