"""Starting the demo again: what is complete goes on, what was stopped half-way is made anew."""

from pathlib import Path

from kling_cms.demo.server import COMPLETE, clear_half_made, demo_environment


def test_half_made_data_is_removed(tmp_path: Path) -> None:
    home = tmp_path / ".demo"
    demo_environment(tmp_path, home, 8000, 8001)
    assert clear_half_made(home)
    assert not home.exists()


def test_complete_data_stays(tmp_path: Path) -> None:
    home = tmp_path / ".demo"
    demo_environment(tmp_path, home, 8000, 8001)
    (home / COMPLETE).touch()
    assert not clear_half_made(home)
    assert (home / "secret-key").exists()


def test_the_first_start_has_nothing_to_remove(tmp_path: Path) -> None:
    assert not clear_half_made(tmp_path / ".demo")
