"""Notes on frames, replies, resolving."""

import pytest

from assets.models import Shot, Version
from projects.errors import Refused
from projects.models import User
from reviews.actions.notes import add_note, reopen_note, reply, resolve_note
from reviews.models import Note
from tests.factories import TakeFactory, VersionFactory


@pytest.fixture
def version(shot: Shot, carl: User) -> Version:
    """Carl's v1: frames 0 to 119."""
    return VersionFactory.create(take=TakeFactory.create(shot=shot, created_by=carl))


def open_notes(version: Version) -> int:
    """The figure the board shows."""
    return Shot.objects.get(pk=version.shot_id).open_notes


def test_a_note_names_its_frame_and_counts_as_open(version: Version, rita: User) -> None:
    note = add_note(by=rita, version=version, text="Too dark", frame=119)
    assert (note.frame, open_notes(version)) == (119, 1)


@pytest.mark.parametrize("frame", [120, 10_000])
def test_a_frame_the_clip_does_not_have_is_refused(version: Version, rita: User, frame: int) -> None:
    with pytest.raises(Refused, match="frames 0 to 119"):
        add_note(by=rita, version=version, text="Too dark", frame=frame)


def test_a_range_that_runs_backwards_is_refused(version: Version, rita: User) -> None:
    with pytest.raises(Refused, match="ends before it begins"):
        add_note(by=rita, version=version, text="Too dark", frame=10, last_frame=9)


def test_an_empty_note_is_refused(version: Version, rita: User) -> None:
    with pytest.raises(Refused, match="empty"):
        add_note(by=rita, version=version, text=" \n")


def test_a_note_keeps_its_text_exactly(version: Version, rita: User) -> None:
    text = "  مرحبا 👩🏽‍🎨\n  second line "
    assert Note.objects.get(pk=add_note(by=rita, version=version, text=text).pk).text == text


def test_a_note_on_a_replaced_version_is_refused(version: Version, rita: User, carl: User) -> None:
    VersionFactory.create(take=TakeFactory.create(shot=version.shot, created_by=carl), number=2)
    version.shot.refresh_from_db()
    with pytest.raises(Refused, match="was replaced"):
        add_note(by=rita, version=version, text="Too dark")


def test_resolving_twice_counts_once_and_reopening_brings_it_back(version: Version, rita: User, carl: User) -> None:
    note = add_note(by=rita, version=version, text="Too dark")
    resolve_note(by=carl, note=note)
    resolve_note(by=carl, note=note)
    assert open_notes(version) == 0
    reopen_note(by=rita, note=note)
    assert open_notes(version) == 1


def test_an_answer_to_an_answer_joins_the_same_thread(version: Version, rita: User, carl: User) -> None:
    note = add_note(by=rita, version=version, text="Too dark")
    first = reply(by=carl, note=note, text="Brighter in take 3")
    assert reply(by=rita, note=first, text="Thank you").parent == note
