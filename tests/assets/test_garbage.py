"""Stored files that no row names go after a day, and never one that some row names."""

import os
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from moto import mock_aws
from pytest_django import Settings

from assets.models import Clip
from assets.pipeline import garbage
from assets.tasks import collect_garbage
from kling_cms.management.commands.work import Command as Work
from projects.deployment import safe_mode
from projects.files import move_file
from tests.factories import AssetFactory, ClipFactory
from tests.queue_support import queued

pytestmark = pytest.mark.django_db
SHA = "ab" + "0" * 62
STRAY = f"clips/ab/{SHA}.mp4"
FOLDER = 0xAB


@pytest.fixture(params=["disk", "bucket"])
def storage(request: pytest.FixtureRequest, settings: Settings) -> Iterator[str]:
    """Both kinds of storage, empty."""
    if request.param == "disk":
        yield "disk"
        return
    with mock_aws():
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="clips")
        options = {"bucket_name": "clips", "region_name": "us-east-1", "access_key": "a", "secret_key": "b"}
        kind = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, "file_overwrite": True}}
        settings.STORAGES = {**settings.STORAGES, "default": kind}
        yield "bucket"


def put(*names: str) -> None:
    for name in names:
        default_storage.save(name, ContentFile(b"bytes"))


def is_there(*names: str) -> list[bool]:
    return [default_storage.exists(name) for name in names]


def round_after(hours: float, number: int = FOLDER) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=hours)):
        collect_garbage(str(number))


@pytest.mark.usefixtures("storage")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_no_row_names_is_put_aside_after_a_day_and_deleted_after_another() -> None:
    put(STRAY)
    round_after(23)
    assert is_there(STRAY) == [True]
    round_after(25)
    assert is_there(STRAY, f"trash/{STRAY}") == [False, True]
    round_after(0)
    assert is_there(f"trash/{STRAY}") == [True]
    round_after(50)
    assert is_there(f"trash/{STRAY}") == [False]


@pytest.mark.usefixtures("storage")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_a_row_names_stays_for_ever() -> None:
    ClipFactory.create(sha256=SHA)
    names = [STRAY, *(f"clips/ab/{SHA}{ending}" for ending in ("-poster.jpg", "-sprite.jpg", "-360p.mp4"))]
    asset = AssetFactory.create().versions.get()
    asset.file, asset.thumbnail = "assets/ab/ab1.png", "assets/ab/ab1-480.jpg"
    asset.save()
    names += [asset.file.name, asset.thumbnail.name]
    put(*names)
    for hours in (25, 50, 1000):
        round_after(hours)
    assert is_there(*names) == [True] * len(names)


def test_a_file_is_known_by_its_column_too() -> None:
    ClipFactory.create(file="clips/ab/of-another-time.mp4")
    put("clips/ab/of-another-time.mp4")
    round_after(1000)
    assert is_there("clips/ab/of-another-time.mp4") == [True]


def test_a_copy_that_broke_off_goes_although_its_clip_is_there() -> None:
    ClipFactory.create(sha256=SHA)
    put(STRAY, f"{STRAY}.0123.part")
    round_after(25)
    assert is_there(STRAY, f"{STRAY}.0123.part") == [True, False]


@pytest.mark.usefixtures("storage")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_row_that_comes_while_its_file_goes_gets_it_back_in_the_same_round(monkeypatch: pytest.MonkeyPatch) -> None:
    put(STRAY)

    def late(storage: Any, old: str, new: str) -> None:
        if old == STRAY and not Clip.objects.exists():
            ClipFactory.create(sha256=SHA)  # the same bytes were found in storage a moment ago
        move_file(storage, old, new)

    monkeypatch.setattr(garbage, "move_file", late)
    round_after(25)
    assert is_there(STRAY, f"trash/{STRAY}") == [True, False]


@pytest.mark.usefixtures("storage")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_row_that_comes_after_the_round_gets_its_file_back_in_the_next() -> None:
    put(STRAY)
    round_after(25)
    ClipFactory.create(sha256=SHA)
    round_after(25.02, FOLDER + 1)
    assert is_there(STRAY, f"trash/{STRAY}") == [True, False]


@pytest.mark.usefixtures("storage")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_was_stored_anew_meanwhile_stays_as_it_is() -> None:
    put(STRAY)
    round_after(25)
    put(STRAY)
    ClipFactory.create(sha256=SHA)
    round_after(25.02, FOLDER + 1)
    assert is_there(STRAY, f"trash/{STRAY}") == [True, False]


def test_a_round_moves_so_many_and_the_next_one_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "MOST", 2)
    names = [f"clips/ab/stray-{number}.mp4" for number in range(3)]
    put(*names)
    round_after(25)
    assert sum(is_there(*names)) == 1
    round_after(25)
    assert sum(is_there(*names)) == 0


def test_other_folders_and_other_files_are_left_alone() -> None:
    put("clips/cd/other.mp4", "somebody-elses.txt", "backup/ab/dump.sql")
    for number in range(256):
        if number != 0xCD:
            collect_garbage(str(number))
    round_after(1000)
    assert is_there("clips/cd/other.mp4", "somebody-elses.txt", "backup/ab/dump.sql") == [True] * 3


def test_a_copied_database_collects_nothing(settings: Settings) -> None:
    put(STRAY)
    assert not safe_mode()
    settings.SECRET_KEY = "y" * 40
    round_after(1000)
    assert is_there(STRAY) == [True]


@pytest.mark.parametrize(("days", "stays"), [(1, True), (8, False)])
def test_while_another_deployment_works_on_the_files_nothing_is_collected(days: int, stays: bool) -> None:
    put(STRAY, "deployments/of-the-original")
    seen = (timezone.now() - timedelta(days=days)).timestamp()
    os.utime(default_storage.path("deployments/of-the-original"), (seen, seen))
    round_after(25)
    assert is_there(STRAY) == [stays]


def test_each_minute_has_a_folder_of_its_own() -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for _ in range(2):
            Work().tidy()
            clock.shift(60)
    first, second = [int(key) for name, key in queued() if name == "assets.tasks.collect_garbage"]
    assert second == (first + 1) % garbage.FOLDERS
