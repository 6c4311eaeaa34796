"""Triage: rate, select, discard, restore, once more."""

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from assets.actions.takes import discard_take, rate_take, restore_take, retry_take, select_take
from assets.models import Price, Shot, Take, Version
from assets.models.shot import ShotState
from assets.signals import version_selected
from projects.errors import Refused
from projects.models import AuditEntry, User
from tests.factories import ClipFactory, GenerationFactory, PriceFactory, TakeFactory


@pytest.fixture
def ready(shot: Shot) -> Take:
    """A ready take with its clip."""
    return ready_take(shot, 1)


def ready_take(shot: Shot, number: int) -> Take:
    take = TakeFactory.create(shot=shot, number=number)
    GenerationFactory.create(take=take, state="ready", charged=55)
    ClipFactory.create(take=take)
    return take


@pytest.fixture
def failed(shot: Shot) -> Take:
    """A take that Kie failed to make."""
    take = TakeFactory.create(shot=shot, number=1)
    GenerationFactory.create(take=take, state="failed", failure_class="provider", charged=0)
    return take


def test_a_rating_is_kept_and_logged(ready: Take, carl: User) -> None:
    rate_take(by=carl, take=ready, rating=4)
    assert Take.objects.get().rating == 4
    assert AuditEntry.objects.get().changes == {"rating": [None, 4]}


def test_a_rating_can_be_taken_back(ready: Take, carl: User) -> None:
    rate_take(by=carl, take=ready, rating=4)
    rate_take(by=carl, take=ready, rating=None)
    assert Take.objects.get().rating is None


@pytest.mark.parametrize("rating", [0, 6])
def test_ratings_are_one_to_five(ready: Take, carl: User, rating: int) -> None:
    with pytest.raises(Refused, match="1 to 5"):
        rate_take(by=carl, take=ready, rating=rating)


def test_only_ready_takes_are_rated_or_selected(failed: Take, carl: User) -> None:
    with pytest.raises(Refused, match="not ready"):
        rate_take(by=carl, take=failed, rating=3)
    with pytest.raises(Refused, match="not ready"):
        select_take(by=carl, take=failed)


def test_selecting_makes_v1_and_moves_the_shot(ready: Take, carl: User, shot: Shot) -> None:
    version = select_take(by=carl, take=ready)
    shot.refresh_from_db()
    assert (version.number, version.clip) == (1, ready.clip)
    assert (shot.current_version, shot.state, shot.poster_clip) == (version, ShotState.SELECTED, ready.clip)


def test_selecting_twice_gives_one_version(ready: Take, carl: User) -> None:
    assert select_take(by=carl, take=ready) == select_take(by=carl, take=ready)
    assert Version.objects.count() == AuditEntry.objects.filter(verb="selected").count() == 1


def test_the_next_selection_is_v2(ready: Take, carl: User, shot: Shot) -> None:
    select_take(by=carl, take=ready)
    assert select_take(by=carl, take=ready_take(shot, 2)).number == 2


def test_listeners_hear_of_a_version_inside_the_transaction(ready: Take, carl: User) -> None:
    heard: list[Any] = []

    def listen(**said: Any) -> None:
        heard.append((said["version"].number, said["by"], transaction.get_connection().in_atomic_block))

    version_selected.connect(listen)
    try:
        select_take(by=carl, take=ready)
        select_take(by=carl, take=ready)
    finally:
        version_selected.disconnect(listen)
    assert heard == [(1, carl, True)]


def test_a_discarded_take_is_not_selected(ready: Take, carl: User) -> None:
    discard_take(by=carl, take=ready, reason="motion")
    with pytest.raises(Refused, match="Restore it"):
        select_take(by=carl, take=ready)


def test_discarding_needs_a_known_reason(ready: Take, carl: User) -> None:
    with pytest.raises(Refused, match="why"):
        discard_take(by=carl, take=ready, reason="because")
    assert Take.objects.get().discarded_at is None


def test_a_version_is_never_discarded(ready: Take, carl: User) -> None:
    select_take(by=carl, take=ready)
    with pytest.raises(Refused, match="is v1"):
        discard_take(by=carl, take=ready, reason="motion")


def test_a_running_take_is_not_discarded(carl: User, shot: Shot) -> None:
    job = GenerationFactory.create(take__shot=shot, state="running")
    with pytest.raises(Refused, match="still being made"):
        discard_take(by=carl, take=job.take, reason="motion")


def test_a_discarded_take_comes_back(ready: Take, carl: User) -> None:
    discard_take(by=carl, take=ready, reason="motion")
    restore_take(by=carl, take=ready)
    now = Take.objects.get()
    assert (now.discarded_at, now.discard_reason) == (None, "")


def test_discarding_twice_keeps_the_first_reason(ready: Take, carl: User) -> None:
    discard_take(by=carl, take=ready, reason="motion")
    discard_take(by=carl, take=ready, reason="brand")
    assert Take.objects.get().discard_reason == "motion"


def test_once_more_is_a_new_take_with_its_own_hold(failed: Take, carl: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.actions.generate.enqueue", lambda task, key, **_: None)
    Price.objects.exclude(pk=failed.generation.price_id).delete()
    again = retry_take(by=carl, take=failed, request_key="r")
    assert (again.parent, again.number, again.prompt) == (failed, 2, failed.prompt)
    assert again.generation.held == 55
    assert retry_take(by=carl, take=failed, request_key="r") == again


def test_a_take_in_doubt_is_not_asked_for_again(carl: User, shot: Shot) -> None:
    job = GenerationFactory.create(take__shot=shot, state="needs_attention")
    with pytest.raises(Refused, match="paid twice"):
        retry_take(by=carl, take=job.take, request_key="r")


def test_an_archived_project_stops_a_retry(failed: Take, carl: User) -> None:
    PriceFactory.create()
    failed.shot.project.archived_at = timezone.now()
    with pytest.raises(Refused, match="archived"):
        retry_take(by=carl, take=failed, request_key="r")
