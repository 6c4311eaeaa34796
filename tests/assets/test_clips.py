"""Clips: kept once by their content, drawn from once, played by ranges, downloaded by right."""

import hashlib
from decimal import Decimal
from pathlib import Path
from unittest.mock import patch

import boto3
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse
from moto import mock_aws
from pytest_django import DjangoAssertNumQueries
from storages.backends.s3 import S3Storage

from assets.clips import Result, draw_clip, keep_clip, local_copy, store_clip
from assets.media.probe import ReadingStopped
from assets.media.reading import NotAVideo
from assets.models import Clip, Shot, Take
from assets.tasks import draw_media
from assets.views.clips import download_name
from projects.models import AuditEntry, User
from tests.assets.samples import body, read_probe, stored_clip, video
from tests.factories import ClipFactory, GenerationFactory, ShotFactory, TakeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def take(shot: Shot, carl: User) -> Take:
    """Carl's finished take."""
    take = TakeFactory.create(shot=shot, number=3, created_by=carl)
    GenerationFactory.create(take=take, state="ready", charged=Decimal("27.5"))
    return take


@pytest.fixture
def clip(take: Take, tmp_path: Path) -> Clip:
    """Its clip, with a real file."""
    return stored_clip(tmp_path / "clip.mp4", take)


def objects() -> list[str]:
    folders = default_storage.listdir("clips")[0]
    return sorted(name for folder in folders for name in default_storage.listdir(f"clips/{folder}")[1])


def test_a_clip_is_stored_by_its_content(clip: Clip) -> None:
    assert clip.file.name == f"clips/{clip.sha256[:2]}/{clip.sha256}.mp4"
    assert hashlib.sha256(Path(clip.file.path).read_bytes()).hexdigest() == clip.sha256
    assert (clip.frames, clip.fps, clip.size) == (24, Decimal(24), Path(clip.file.path).stat().st_size)


def test_storing_twice_gives_one_clip_and_one_object(clip: Clip, take: Take, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    got = Result(path, clip.sha256, clip.size, read_probe(path))
    store_clip(take, got, keep_clip(got))
    assert Clip.objects.get(take=take) == clip
    assert objects() == [f"{clip.sha256}.mp4"]


def test_two_takes_with_the_same_bytes_share_the_object(clip: Clip, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    got = Result(path, clip.sha256, clip.size, read_probe(path))
    other = store_clip(TakeFactory.create(), got, keep_clip(got))
    assert (other.pk != clip.pk, other.file.name) == (True, clip.file.name)


def test_a_file_of_another_size_is_not_stored(take: Take, tmp_path: Path) -> None:
    path = video(tmp_path / "clip.mp4", frames=2)
    with pytest.raises(ValueError, match="bytes"):
        keep_clip(Result(path, "a" * 64, 1, read_probe(path)))
    assert not default_storage.exists("clips")


def test_drawing_gives_poster_sprite_and_proxy(clip: Clip) -> None:
    draw_clip(clip.pk)
    clip.refresh_from_db()
    assert clip.sprite_frames == 10
    assert all(file.storage.exists(str(file.name)) for file in (clip.poster, clip.sprite, clip.proxy))


def test_drawing_again_does_nothing(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    draw_clip(clip.pk)
    monkeypatch.setattr("assets.clips.draw", lambda *paths: pytest.fail("drawn again"))
    draw_clip(str(clip.pk))


def test_a_clip_that_can_not_be_drawn_says_so(clip: Clip) -> None:
    Path(clip.file.path).write_bytes(b"nonsense")
    with pytest.raises(NotAVideo):
        draw_clip(clip.pk)
    clip.refresh_from_db()
    assert not clip.poster


def test_a_drawing_that_was_stopped_is_told_without_a_traceback(clip: Clip, caplog: pytest.LogCaptureFixture) -> None:
    with patch("assets.clips.draw", side_effect=ReadingStopped("Reading the video was stopped (exit -9).")):
        draw_media(str(clip.pk))
    assert "stopped (exit -9)" in caplog.text
    assert not any(record.exc_info or record.levelname == "ERROR" for record in caplog.records)


def test_a_lost_file_is_no_bad_video(clip: Clip) -> None:
    Path(clip.file.path).unlink()
    with pytest.raises(FileNotFoundError):
        draw_clip(clip.pk)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_clip_in_a_bucket_is_drawn_from_a_copy(clip: Clip) -> None:
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="clips")
        bucket = S3Storage(bucket_name="clips", region_name="us-east-1", access_key="a", secret_key="b")
        bucket.save(str(clip.file.name), ContentFile(Path(clip.file.path).read_bytes()))
        clip.file.storage = bucket
        with local_copy(clip.file) as copy:
            assert hashlib.sha256(copy.read_bytes()).hexdigest() == clip.sha256
        assert not copy.exists()


def test_the_page_shows_the_facts(carls: Client, clip: Clip) -> None:
    page = carls.get(reverse("clip_detail", args=[clip.pk])).content.decode()
    for fact in ("320 × 180", "24 at 24 a second", clip.sha256, "27.5 credits", clip.take.prompt):
        assert fact in page


def test_a_reviewer_sees_no_price_and_no_frame_form(ritas: Client, clip: Clip) -> None:
    page = ritas.get(reverse("clip_detail", args=[clip.pk])).content.decode()
    assert "credits" not in page
    assert reverse("clip_frame", args=[clip.pk]) not in page
    assert reverse("clip_download", args=[clip.pk]) in page


@pytest.mark.parametrize("takes", [3, 50])
def test_the_page_costs_the_same_for_3_and_50_takes(
    carls: Client, clip: Clip, takes: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(takes):
        ClipFactory.create(take=TakeFactory.create(shot=clip.take.shot, number=100 + number))
    with django_assert_max_num_queries(12):
        carls.get(reverse("clip_detail", args=[clip.pk]))


def test_a_seek_is_a_range(carls: Client, clip: Clip) -> None:
    answer = carls.get(reverse("clip_video", args=[clip.pk]), headers={"Range": "bytes=4-11"})
    assert (answer.status_code, answer["Content-Type"]) == (206, "video/mp4")
    assert body(answer)[:4] == b"ftyp"


def test_what_is_not_drawn_yet_is_404(carls: Client, clip: Clip) -> None:
    for name in ("clip_poster", "clip_sprite", "clip_proxy"):
        assert carls.get(reverse(name, args=[clip.pk])).status_code == 404


def test_what_is_drawn_is_shown(carls: Client, clip: Clip) -> None:
    draw_clip(clip.pk)
    for name, kind in (("clip_poster", "image/jpeg"), ("clip_sprite", "image/jpeg"), ("clip_proxy", "video/mp4")):
        answer = carls.get(reverse(name, args=[clip.pk]))
        assert (answer.status_code, answer["Content-Type"]) == (200, kind)
        assert len(body(answer)) == int(answer["Content-Length"])


def test_strangers_get_404_for_everything(sams: Client, clip: Clip) -> None:
    for name in ("clip_detail", "clip_video", "clip_proxy", "clip_poster", "clip_sprite", "clip_download"):
        assert sams.get(reverse(name, args=[clip.pk])).status_code == 404
    assert sams.post(reverse("clip_frame", args=[clip.pk]), {"frame": "1"}).status_code == 404


def test_nobody_gets_a_file_without_logging_in(client: Client, clip: Clip) -> None:
    assert client.get(reverse("clip_video", args=[clip.pk])).status_code == 302


def test_a_download_has_a_readable_name(ritas: Client, clip: Clip) -> None:
    answer = ritas.get(reverse("clip_download", args=[clip.pk]))
    assert answer["Content-Disposition"] == 'attachment; filename="spring-launch-opening-take-3.mp4"'
    assert hashlib.sha256(body(answer)).hexdigest() == clip.sha256


def test_a_download_is_in_the_audit_log_once(ritas: Client, clip: Clip, rita: User) -> None:
    address = reverse("clip_download", args=[clip.pk])
    body(ritas.get(address))
    body(ritas.get(address, headers={"Range": "bytes=100-"}))  # goes on where it broke off
    assert AuditEntry.objects.filter(actor=rita, verb="downloaded", target_id=str(clip.pk)).count() == 1


@pytest.mark.parametrize(
    ("name", "part"), [("Überblick", "überblick"), ("東京の夜", "東京の夜"), ("../..", ""), ("x" * 120, "x" * 60)]
)
def test_a_download_name_keeps_other_scripts_and_no_paths(name: str, part: str) -> None:
    take = TakeFactory.create(shot=ShotFactory.create(name=name, project__name="P"), number=1)
    wanted = "-".join(filter(None, ["p", part, "take-1.mp4"]))
    assert download_name(ClipFactory.create(take=take)) == wanted
