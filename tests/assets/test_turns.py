"""Who is sent next when more takes wait than Kie lets us send."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from assets.models import Generation, GenerationState, LineStop, RateSlot, StopReason
from assets.pipeline import clock
from assets.pipeline.rates import LEAD, Slot, await_slot, creates
from assets.pipeline.sweep import sweep
from assets.pipeline.turns import fair_order
from assets.providers.standin import StandIn
from projects.models import Project
from tests.assets.conftest import Ask
from tests.factories import GenerationFactory, ShotFactory, TakeFactory
from tests.queue_support import advance, queued

type Wait = Callable[[Project, int], list[Generation]]


@pytest.mark.parametrize(
    ("waiting", "recent", "places", "chosen"),
    [
        ({"a": [1, 2, 3], "b": [4]}, {}, 4, [1, 4, 2, 3]),
        ({"a": [1, 2, 3], "b": [4]}, {}, 2, [1, 4]),
        ({"a": [1, 2, 3], "b": [4]}, {"a": 5}, 1, [4]),
        ({"a": [1, 2], "b": [4, 5]}, {"a": 1}, 4, [4, 1, 5, 2]),
        ({"a": [1], "b": []}, {}, 5, [1]),
        ({"a": [1]}, {}, 0, []),
        ({}, {}, 5, []),
    ],
)
def test_turns_go_round(waiting: dict[str, list[int]], recent: dict[str, int], places: int, chosen: list[int]) -> None:
    assert fair_order(waiting, recent, places) == chosen


@pytest.fixture
def wait(db: None) -> Wait:
    """Queue so many jobs in a project, each a second after the one before; their own messages got lost."""
    begun = timezone.now() - timedelta(hours=1)

    def some(project: Project, count: int) -> list[Generation]:
        shot = ShotFactory.create(project=project)
        jobs = []
        for place in range(count):
            made = begun + timedelta(seconds=Generation.objects.count())
            take = TakeFactory.create(shot=shot, number=place + 1)
            jobs.append(GenerationFactory.create(take=take, created_at=made, due_at=made))
        return jobs

    return some


def test_a_batch_does_not_starve_a_single_take(wait: Wait, project: Project, settings: Settings) -> None:
    settings.KIE_CREATES_PER_10S = 2
    batch = wait(project, 5)
    (single,) = wait(ShotFactory.create().project, 1)
    assert sweep().jobs == 2
    assert [key for _, key in queued()] == [str(batch[0].pk), str(single.pk)]


def test_no_more_are_put_on_the_queue_than_the_limit_has_free(wait: Wait, project: Project, settings: Settings) -> None:
    settings.KIE_CREATES_PER_10S = 3
    wait(project, 5)
    assert sweep().jobs == 3


def test_without_a_limit_all_go(wait: Wait, project: Project, settings: Settings) -> None:
    settings.KIE_CREATES_PER_10S = 0
    wait(project, 5)
    assert sweep().jobs == 5


def test_a_newcomer_leaves_a_free_call_to_those_who_wait(
    wait: Wait, standin: StandIn, ask: Ask, project: Project, settings: Settings
) -> None:
    wait(ShotFactory.create().project, 1)
    assert advance(ask()).state == GenerationState.QUEUED
    assert not standin.accepted


def test_a_take_that_finds_no_free_call_stays_due(standin: StandIn, ask: Ask, settings: Settings) -> None:
    settings.KIE_CREATES_PER_10S = 1
    advance(ask("One"))
    second = advance(ask("Two"))
    with time_machine.travel(timezone.now() + timedelta(seconds=11), tick=True):
        assert sweep().jobs >= 1
    second.refresh_from_db()
    assert advance(second, after=timedelta(seconds=11)).state == GenerationState.RUNNING


def take_calls(count: int, *, free_in: timedelta) -> None:
    """So many calls of the limit are taken, and free again that much later."""
    rows = [RateSlot(limit="create", number=number, free_at=timezone.now() + free_in) for number in range(count)]
    RateSlot.objects.bulk_create(rows)


def test_a_turn_is_handed_out_a_moment_before_its_call_is_free(
    wait: Wait, project: Project, settings: Settings
) -> None:
    settings.KIE_CREATES_PER_10S = 1
    (job,) = wait(project, 1)
    take_calls(1, free_in=LEAD / 2)
    assert sweep().jobs == 1
    assert queued() == [("assets.tasks.submit", str(job.pk))]


def test_the_sweeper_knows_when_the_next_turn_is(wait: Wait, project: Project, settings: Settings) -> None:
    settings.KIE_CREATES_PER_10S = 1
    wait(project, 1)
    take_calls(1, free_in=timedelta(seconds=5))
    swept = sweep()
    assert (swept.jobs, swept.next_at) == (0, RateSlot.objects.get().free_at - LEAD)


def test_whoever_has_a_turn_waits_for_a_call_that_is_nearly_free(db: None, settings: Settings) -> None:
    settings.KIE_CREATES_PER_10S = 1
    take_calls(1, free_in=LEAD / 5)
    assert isinstance(await_slot(creates()), Slot)


def test_nobody_waits_for_a_call_that_is_taken_for_longer(db: None, settings: Settings) -> None:
    settings.KIE_CREATES_PER_10S = 1
    take_calls(1, free_in=timedelta(seconds=5))
    assert await_slot(creates()) == RateSlot.objects.get().free_at


def test_nothing_is_put_on_the_queue_while_the_line_stands_still(wait: Wait, project: Project) -> None:
    wait(project, 3)
    stop = LineStop.objects.create(reason=StopReason.CREDITS)
    assert sweep().jobs == 0
    late = timezone.now() - clock.LINE_PATIENCE - clock.HOUR
    LineStop.objects.filter(pk=stop.pk).update(created_at=late)
    Generation.objects.update(created_at=late)
    assert sweep().jobs == 3
