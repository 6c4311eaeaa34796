"""Crash points: where a test may end the process, and nobody else."""

import re
from pathlib import Path

import pytest
from pytest_django import Settings

from projects import crash_points
from projects.crash_points import POINTS, arm, crash_point

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("kling_cms", "reviews", "assets", "projects")


class Gone(BaseException):
    """What ends a test in the place of the process."""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    def leave(code: int) -> None:
        raise Gone(code)

    monkeypatch.setattr("projects.crash_points.os._exit", leave)
    monkeypatch.setattr(crash_points, "_folder", None)
    return tmp_path


def source() -> str:
    files = [file for app in PRODUCT for file in (ROOT / app).rglob("*.py") if file.name != "crash_points.py"]
    return "\n".join(file.read_text() for file in files)


def test_an_armed_point_ends_the_process_once(folder: Path) -> None:
    arm(folder)
    (folder / "claimed").touch()
    crash_point("answered")
    with pytest.raises(Gone, match="137"):
        crash_point("claimed")
    crash_point("claimed")


def test_an_unarmed_point_does_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "claimed").touch()
    crash_point("claimed")
    assert (folder / "claimed").exists()


def test_outside_of_tests_nothing_can_be_armed(folder: Path, settings: Settings) -> None:
    settings.TESTING = False
    with pytest.raises(RuntimeError, match="for tests only"):
        arm(folder)


def test_nothing_of_the_product_arms_them() -> None:
    assert not re.search(r"\bcrash_points\.arm\b|import .*\barm\b", source())


def test_every_point_stands_in_the_product_once() -> None:
    assert sorted(re.findall(r'crash_point\("([a-z-]+)"\)', source())) == sorted(POINTS)
