"""Facts and pictures of video files, and what hostile bytes come to."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest
from PIL import Image, ImageChops

from assets.media.drawing import _key_frame, draw_poster
from assets.media.probe import NotAVideo, ReadingStopped, draw, frame_image, probe
from assets.media.proxy import proxy_size
from assets.media.sandbox import CODE, run_limited
from tests.assets.samples import grey_of, noisy_video, picture, sound_only, video


def test_facts_of_a_silent_clip(tmp_path: Path) -> None:
    facts = probe(video(tmp_path / "clip.mp4", frames=24, fps=24))
    assert (facts.width, facts.height, facts.fps_num, facts.fps_den) == (320, 180, 24, 1)
    assert (facts.frames, facts.duration_ms) == (24, 1000)
    assert (facts.video_codec, facts.audio_codec, facts.container) == ("h264", "", "mp4")


@pytest.mark.parametrize(("codec", "name"), [("mpeg4", "mpeg4"), ("libx265", "hevc"), ("libvpx-vp9", "vp9")])
def test_facts_of_a_clip_coded_in_another_way(tmp_path: Path, codec: str, name: str) -> None:
    facts = probe(video(tmp_path / "clip.mp4", codec=codec), tmp_path / "poster.jpg")
    assert (facts.width, facts.height, facts.frames, facts.video_codec) == (320, 180, 24, name)


def test_facts_of_a_clip_with_sound(tmp_path: Path) -> None:
    assert probe(video(tmp_path / "clip.mp4", sound=True)).audio_codec == "aac"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"<!DOCTYPE html><title>502</title>", "web page"),
        (b'{"code": 404}', "JSON"),
        (b"#EXTM3U\nfile:///etc/passwd\n", "something else"),
        (picture(), "something else"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2" + b"\xff" * 5000, "cut off"),
    ],
)
def test_what_is_no_video_is_refused_in_words(tmp_path: Path, data: bytes, words: str) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(data)
    with pytest.raises(NotAVideo, match=words):
        probe(path)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_clip_that_was_cut_off_is_refused(tmp_path: Path, share: float) -> None:
    path = video(tmp_path / "clip.mp4", frames=48)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(NotAVideo):
        probe(path)


def test_a_video_without_a_picture_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotAVideo, match="no picture"):
        probe(sound_only(tmp_path / "clip.mp4"))


def test_a_picture_in_an_unknown_coding_is_refused(tmp_path: Path) -> None:
    path = video(tmp_path / "clip.mp4", frames=3)
    path.write_bytes(path.read_bytes().replace(b"avc1", b"zzzz"))
    with pytest.raises(NotAVideo, match="can't be decoded"):
        probe(path)


def test_a_missing_file_is_no_verdict_on_a_video(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        probe(tmp_path / "nowhere.mp4")


@pytest.fixture
def child_that(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """Replace the child process by a line of shell; gives a video to read."""

    def replace(line: str) -> Path:
        script = tmp_path / "child"
        script.write_text(f"#!/bin/sh\n{line}\n")
        script.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(script))
        return video(tmp_path / "clip.mp4", frames=2)

    return replace


@pytest.mark.parametrize("crash", ["SEGV", "ABRT", "XCPU"])
def test_a_decoder_that_crashes_or_never_ends_condemns_the_file(child_that: Callable[[str], Path], crash: str) -> None:
    with pytest.raises(NotAVideo, match="gave up"):
        probe(child_that(f"kill -{crash} $$"))


@pytest.mark.parametrize("line", ["kill -TERM $$", "kill -KILL $$", "kill -INT $$", "exit 1", "echo '{'"])
def test_a_child_stopped_from_outside_is_no_verdict(child_that: Callable[[str], Path], line: str) -> None:
    with pytest.raises(ReadingStopped):
        probe(child_that(line))


def test_a_busy_machine_is_no_verdict(child_that: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    path = child_that("exec sleep 60")
    began = time.monotonic()
    with pytest.raises(ReadingStopped, match="busy"):
        run_limited("probe", path, cpu_seconds=1)
    assert time.monotonic() - began < 30


def test_the_child_limits_its_own_cpu(tmp_path: Path) -> None:
    code = "from assets.media.child import limit; limit(1)\nwhile True: pass"
    done = subprocess.run([sys.executable, "-c", code], cwd=CODE, timeout=60)
    assert done.returncode == -signal.SIGXCPU


def test_the_child_sees_no_secret_of_ours(child_that: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KIE_API_KEY", "sk-secret")
    told = run_limited("probe", child_that('printf \'{"answer": "%s"}\' "$KIE_API_KEY"'), cpu_seconds=5)
    assert told == ""


@pytest.mark.parametrize("number", [0, 1, 7, 8, 13, 22, 23])
def test_a_frame_is_exactly_the_one_asked_for(tmp_path: Path, number: int) -> None:
    image = frame_image(video(tmp_path / "clip.mp4"), number)
    shade = image.getpixel((160, 90))
    assert isinstance(shade, tuple)
    assert abs(shade[0] - grey_of(number)) <= 3


@pytest.mark.parametrize("number", [-1, 24, 10**6])
def test_a_frame_beyond_the_clip_is_refused(tmp_path: Path, number: int) -> None:
    with pytest.raises(NotAVideo, match="no frame"):
        frame_image(video(tmp_path / "clip.mp4"), number)


def test_poster_sprite_and_proxy(tmp_path: Path) -> None:
    drawn = draw(video(tmp_path / "clip.mp4", frames=48, size=(960, 540), sound=True), tmp_path)
    assert drawn.poster
    with Image.open(drawn.poster) as poster, Image.open(drawn.sprite) as sprite:
        assert (poster.format, poster.size) == ("JPEG", (960, 540))
        assert (drawn.sprite_frames, sprite.size) == (10, (3200, 180))
    facts = probe(drawn.proxy)
    assert (facts.width, facts.height, facts.frames) == (640, 360, 48)
    assert (facts.video_codec, facts.audio_codec) == ("h264", "aac")


def test_a_poster_of_half_the_size_looks_as_its_frame_does(tmp_path: Path) -> None:
    clip = noisy_video(tmp_path / "clip.mp4", (1920, 1080))
    draw_poster(clip, tmp_path / "poster.jpg")
    with Image.open(tmp_path / "poster.jpg") as poster:
        frame = frame_image(clip, 0).resize(poster.size, Image.Resampling.BICUBIC)
        difference = ImageChops.difference(poster, frame).convert("L").histogram()
    assert sum(difference[13:]) < sum(difference) / 1000


def test_the_poster_is_a_key_frame_from_a_third_into_the_clip(tmp_path: Path) -> None:
    draw_poster(video(tmp_path / "clip.mp4", frames=24), tmp_path / "poster.jpg")
    with Image.open(tmp_path / "poster.jpg") as poster:
        shade = poster.convert("L").tobytes()[0]
    assert abs(shade - grey_of(8)) <= 6


def test_a_decoder_that_gives_nothing_for_one_packet_may_read_on() -> None:
    container, stream = mock.Mock(), mock.Mock()
    container.demux.return_value = iter(["packet"])
    stream.codec_context.decode.return_value = []
    frame = mock.Mock()
    container.decode.return_value = iter([frame])
    assert _key_frame(container, stream, 8) is frame
    stream.codec_context.flush_buffers.assert_called_once()


def test_the_sprite_runs_through_the_clip(tmp_path: Path) -> None:
    drawn = draw(video(tmp_path / "clip.mp4", frames=20), tmp_path)
    with Image.open(drawn.sprite) as sprite:
        shades = [sprite.convert("L").crop((320 * n, 0, 320 * n + 320, 180)).tobytes()[0] for n in range(10)]
    assert shades == sorted(shades)
    assert abs(shades[0] - grey_of(1)) <= 6


def test_a_clip_of_three_frames_has_a_sprite_of_three(tmp_path: Path) -> None:
    assert draw(video(tmp_path / "clip.mp4", frames=3), tmp_path).sprite_frames == 3


@pytest.mark.parametrize(
    ("size", "wanted"), [((1280, 720), (640, 360)), ((720, 1280), (360, 640)), ((200, 100), (200, 100))]
)
def test_the_short_side_of_a_proxy_is_360_at_most(size: tuple[int, int], wanted: tuple[int, int]) -> None:
    assert proxy_size(*size) == wanted
