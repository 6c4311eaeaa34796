"""What the review room says when it refuses, and that nothing typed gets lost."""

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Shot, Version
from projects.models import User
from reviews.actions.asking import ask_review, supersede_rounds, withdraw_round
from reviews.actions.notes import add_note
from reviews.models import Note, Round
from tests.factories import GenerationFactory, TakeFactory, VersionFactory


def next_version(shot: Shot, carl: User, number: int) -> Version:
    """A version of Carl's with its job, the shot's current one."""
    take = TakeFactory.create(shot=shot, created_by=carl)
    GenerationFactory.create(take=take, state="ready", due_at=None)
    return VersionFactory.create(take=take, number=number)


@pytest.fixture
def version(shot: Shot, carl: User) -> Version:
    """Carl's v1."""
    return next_version(shot, carl, 1)


@pytest.fixture
def asked(version: Version, carl: User, rita: User) -> Round:
    """Rita is asked."""
    return ask_review(by=carl, version=version, reviewers=[rita])


@pytest.fixture
def note(version: Version, rita: User) -> Note:
    """Rita's note."""
    return add_note(by=rita, version=version, text="Too dark")


@pytest.mark.parametrize("text", ["", "  \n ", "kept" + "x" * 4000, "kept\0"])
def test_an_answer_that_is_refused_keeps_its_text(ritas: Client, note: Note, text: str) -> None:
    answer = ritas.post(reverse("note_reply", args=[note.pk]), {"text": text})
    assert answer.status_code == 422
    assert text.strip().strip("\0") in answer.text
    assert not note.replies.exists()


def test_a_decision_about_a_replaced_version_is_explained_and_its_reason_kept(
    ritas: Client, asked: Round, carl: User
) -> None:
    supersede_rounds(by=carl, version=next_version(asked.shot, carl, 2))
    said = {"verdict": "request_changes", "file_sha256": asked.file_sha256, "reason": "The logo is cut off"}
    answer = ritas.post(reverse("round_decide", args=[asked.pk]), said)
    assert answer.status_code == 422
    assert "Opening v1 is no longer current" in answer.text
    assert "The logo is cut off" in answer.text


def test_a_refused_approval_says_why(ritas: Client, asked: Round) -> None:
    answer = ritas.post(reverse("round_decide", args=[asked.pk]), {"verdict": "approve", "file_sha256": "0" * 64})
    assert answer.status_code == 422
    assert "not the file under review" in answer.text


def test_a_note_on_a_replaced_version_is_kept_for_the_newer_one(ritas: Client, asked: Round, carl: User) -> None:
    newer = next_version(asked.shot, carl, 2)
    answer = ritas.post(reverse("note_add", args=[asked.version_id]), {"text": "Too dark here", "frame": "3"})
    assert answer.status_code == 422
    assert "Too dark here" in answer.text
    assert f'action="{reverse("note_add", args=[newer.pk])}"' in answer.text


def test_a_reason_that_is_too_long_for_a_round_that_is_over_is_explained(
    ritas: Client, asked: Round, carl: User
) -> None:
    withdraw_round(by=carl, asked=asked)
    said = {"verdict": "reject", "file_sha256": asked.file_sha256, "reason": "long" * 501}
    answer = ritas.post(reverse("round_decide", args=[asked.pk]), said)
    assert "Nothing was decided." in answer.text
    assert "at most 2000 characters" in answer.text
