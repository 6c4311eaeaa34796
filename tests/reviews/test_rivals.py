"""Judging while the version is replaced, and two people who note at once: one order or the other, never a dead end."""

from collections.abc import Callable

import pytest

from assets.actions.takes import select_take
from assets.models import Shot, Take, Version
from projects.errors import Refused
from projects.models import User
from reviews.actions.asking import ask_review, withdraw_round
from reviews.actions.decisions import decide
from reviews.actions.notes import add_note
from reviews.models import Round, RoundState, Verdict
from tests.factories import ClipFactory, GenerationFactory, TakeFactory, VersionFactory
from tests.rivals import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
ROUNDS = 6


def ready_take(shot: Shot, carl: User, number: int) -> Take:
    """A take of Carl's that can be selected."""
    take = TakeFactory.create(shot=shot, number=number, created_by=carl)
    GenerationFactory.create(take=take, state="ready", due_at=None)
    ClipFactory.create(take=take)
    return take


@pytest.fixture
def version(shot: Shot, carl: User) -> Version:
    """Carl's v1, number 1."""
    return VersionFactory.create(take=TakeFactory.create(shot=shot, number=1, created_by=carl))


def trying(act: Callable[[], object]) -> Callable[[], bool]:
    """The act as a job that answers whether it was done."""

    def job() -> bool:
        try:
            act()
        except Refused:
            return False
        return True

    return job


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_deciding_against_selecting_ends_in_one_order(version: Version, carl: User, rita: User, turn: int) -> None:
    asked = ask_review(by=carl, version=version, reviewers=[rita])
    take = ready_take(version.shot, carl, 2)
    at_once(
        [
            trying(lambda: decide(by=rita, asked=asked, verdict=Verdict.APPROVE, seen_sha256=asked.file_sha256)),
            trying(lambda: select_take(by=carl, take=take)),
        ]
    )
    shot = Shot.objects.get(pk=version.shot_id)
    assert (shot.state, shot.current_version_id != version.pk) == ("selected", True)
    assert Round.objects.get(pk=asked.pk).state != RoundState.OPEN


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_asking_against_selecting_leaves_no_round_on_the_old_version(
    version: Version, carl: User, rita: User, turn: int
) -> None:
    take = ready_take(version.shot, carl, 2)
    at_once(
        [
            trying(lambda: ask_review(by=carl, version=version, reviewers=[rita])),
            trying(lambda: select_take(by=carl, take=take)),
        ]
    )
    assert not Round.objects.filter(version=version, state=RoundState.OPEN).exists()
    assert Shot.objects.get(pk=version.shot_id).state == "selected"


@pytest.mark.parametrize("turn", range(ROUNDS))
def test_withdrawing_against_deciding_ends_the_round_once(version: Version, carl: User, rita: User, turn: int) -> None:
    asked = ask_review(by=carl, version=version, reviewers=[rita])
    done = at_once(
        [
            trying(lambda: decide(by=rita, asked=asked, verdict=Verdict.APPROVE, seen_sha256=asked.file_sha256)),
            trying(lambda: withdraw_round(by=carl, asked=asked)),
        ]
    )
    assert done.count(True) == 1
    assert Shot.objects.get(pk=version.shot_id).state == ("approved" if done[0] else "selected")


def test_notes_written_at_once_are_all_counted(version: Version, rita: User) -> None:
    def write() -> object:
        return add_note(by=rita, version=Version.objects.get(pk=version.pk), text="Too dark")

    at_once([write] * 6)
    assert Shot.objects.get(pk=version.shot_id).open_notes == 6
