"""What a worker that is told to stop does with the job at hand."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from assets.models import Generation, GenerationState
from assets.providers.standin import StandIn
from projects import pulse
from tests.queue_support import advance

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This worker's cluster is told to stop."""
    monkeypatch.setenv(pulse.VARIABLE, str(tmp_path))
    (tmp_path / pulse.STOPPING).touch()


def break_off(*_: Any) -> None:
    raise pulse.HandBack


@pytest.mark.usefixtures("stopping")
def test_nothing_is_begun(standin: StandIn, job: Generation) -> None:
    advance(job)
    assert job.state == GenerationState.QUEUED
    assert job.due_at
    assert job.due_at <= timezone.now()
    assert not standin.accepted


def test_a_claim_broken_off_before_the_call_is_free_at_once(
    standin: StandIn, job: Generation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("assets.pipeline.submit.request_for", break_off)
        advance(job)
    assert job.state == GenerationState.SUBMITTING
    for state in (GenerationState.QUEUED, GenerationState.RUNNING):
        advance(job)
        assert job.state == state
    assert len(standin.accepted) == 1


def test_a_fetch_broken_off_is_free_at_once(standin: StandIn, job: Generation, monkeypatch: pytest.MonkeyPatch) -> None:
    advance(job)
    standin.complete()
    with monkeypatch.context() as patch:
        patch.setattr("assets.pipeline.fetch.download", break_off)
        advance(job)
    assert job.state == GenerationState.FETCHING
    assert advance(job).state == GenerationState.READY


def test_a_signal_breaks_off_what_can_be_done_again_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(pulse.VARIABLE, str(tmp_path))
    before = signal.getsignal(pulse.HAND_BACK)
    pulse.begin()
    os.kill(os.getpid(), pulse.HAND_BACK)
    with pytest.raises(pulse.HandBack), pulse.may_leave():
        os.kill(os.getpid(), pulse.HAND_BACK)
    pulse.end()
    signal.signal(pulse.HAND_BACK, before)
