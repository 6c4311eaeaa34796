"""“Start from this frame”: the exact frame, one asset for it, and on to the composer."""

from datetime import date
from pathlib import Path
from unittest.mock import patch

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from PIL import Image

from assets.actions.frames import frame_to_asset
from assets.actions.library import retire_asset
from assets.media.probe import ReadingStopped
from assets.models import Asset, Clip, Shot
from projects.errors import Refused
from projects.goals import Route
from projects.models import User
from tests.assets.samples import grey_of, stored_clip
from tests.factories import AssetFactory, TakeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def clip(shot: Shot, carl: User, tmp_path: Path) -> Clip:
    """A clip of 24 frames, each of its own grey."""
    return stored_clip(tmp_path / "clip.mp4", TakeFactory.create(shot=shot, created_by=carl))


def test_a_frame_becomes_an_asset_that_knows_where_it_came_from(clip: Clip, carl: User) -> None:
    asset = frame_to_asset(by=carl, clip=clip, frame=13)
    assert (asset.source_clip, asset.source_frame, asset.created_by) == (clip, 13, carl)
    assert asset.name == "Opening, 00:00:00:13"
    assert (asset.licence, asset.organisation) == ("owned", clip.take.shot.project.organisation)


def test_it_is_exactly_that_frame(clip: Clip, carl: User) -> None:
    version = frame_to_asset(by=carl, clip=clip, frame=13).current_version
    assert version
    with version.file.open() as file, Image.open(file) as image:
        assert (image.format, image.size) == ("PNG", (320, 180))
        assert abs(image.convert("L").tobytes()[0] - grey_of(13)) <= 3


def test_the_same_frame_is_the_same_asset(clip: Clip, carl: User, pat: User) -> None:
    assert frame_to_asset(by=carl, clip=clip, frame=5) == frame_to_asset(by=pat, clip=clip, frame=5)
    assert frame_to_asset(by=carl, clip=clip, frame=6).source_frame == 6
    assert Asset.objects.count() == 2


def test_somebody_who_makes_it_at_the_same_moment_changes_nothing(
    clip: Clip, carl: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = frame_to_asset(by=carl, clip=clip, frame=5)
    answers = iter([None, made])
    monkeypatch.setattr("assets.actions.frames._made_before", lambda *args: next(answers))
    assert frame_to_asset(by=carl, clip=clip, frame=5) == made
    assert Asset.objects.count() == 1


def test_a_retired_frame_comes_back(clip: Clip, carl: User) -> None:
    retire_asset(by=carl, asset=frame_to_asset(by=carl, clip=clip, frame=5))
    assert frame_to_asset(by=carl, clip=clip, frame=5).retired_at is None


def test_it_carries_on_the_rights_of_the_image_the_clip_started_from(shot: Shot, carl: User, tmp_path: Path) -> None:
    source = AssetFactory.create(licence="stock", consent="missing", expires_on=date(2026, 12, 1))
    take = TakeFactory.create(shot=shot, route=Route.IMAGE, aspect_ratio="", image=source.current_version)
    asset = frame_to_asset(by=carl, clip=stored_clip(tmp_path / "clip.mp4", take), frame=0)
    assert (asset.licence, asset.consent, asset.expires_on) == ("stock", "missing", date(2026, 12, 1))


@pytest.mark.parametrize("frame", [-1, 24, 10**9])
def test_a_frame_beyond_the_clip_is_refused(clip: Clip, carl: User, frame: int) -> None:
    with pytest.raises(Refused, match="frames 0 to 23"):
        frame_to_asset(by=carl, clip=clip, frame=frame)


def test_a_lost_file_is_said(clip: Clip, carl: User) -> None:
    Path(clip.file.path).unlink()
    with pytest.raises(Refused, match="lost"):
        frame_to_asset(by=carl, clip=clip, frame=1)


def test_a_busy_machine_is_said(clip: Clip, carl: User) -> None:
    with patch("assets.actions.frames.frame_image", side_effect=ReadingStopped), pytest.raises(Refused, match="minute"):
        frame_to_asset(by=carl, clip=clip, frame=1)


def test_a_reviewer_may_not(clip: Clip, rita: User) -> None:
    with pytest.raises(PermissionDenied):
        frame_to_asset(by=rita, clip=clip, frame=1)


def test_the_form_leads_to_the_composer_with_the_asset(carls: Client, clip: Clip) -> None:
    answer = carls.post(reverse("clip_frame", args=[clip.pk]), {"frame": "7"})
    asset = Asset.objects.get(source_frame=7)
    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('composer', args=[clip.take.shot_id])}?asset={asset.pk}"


@pytest.mark.parametrize("frame", ["", "abc", "-1", "24", "1.5", "٣", "9" * 40])
def test_an_odd_frame_number_is_a_sentence(carls: Client, clip: Clip, frame: str) -> None:
    page = carls.post(reverse("clip_frame", args=[clip.pk]), {"frame": frame}, follow=True)
    assert "No frame was taken." in page.content.decode()
    assert not Asset.objects.exists()


def test_the_page_lists_the_frames_taken(carls: Client, carl: User, clip: Clip) -> None:
    asset = frame_to_asset(by=carl, clip=clip, frame=7)
    assert asset.name in carls.get(reverse("clip_detail", args=[clip.pk])).content.decode()
    assert f"?frame={asset.source_frame}" in carls.get(reverse("asset_detail", args=[asset.pk])).content.decode()
