"""The rules under the pipeline that need no provider: moves, verdicts, pauses, limits."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from assets.actions.moves import WrongMove, move
from assets.models import FailureClass, Generation, GenerationState, StopReason
from assets.models.generation import TRANSITIONS
from assets.pipeline import clock
from assets.pipeline.outcome import Kind, Step, next_step, verdict_before_sending, verdict_of
from assets.pipeline.rates import Limit, take_slot
from assets.providers import base
from assets.providers.base import TaskRecord
from projects.models import User
from tests.factories import GenerationFactory

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (base.InvalidInput("x"), Kind.NEVER),
        (base.ModelClosed("x"), Kind.CLOSED),
        (base.RateLimited("x"), Kind.LATER),
        (base.Maintenance("x"), Kind.LATER),
        (base.NotConnected("x"), Kind.LATER),
        (base.BadKey("x"), Kind.STOPPED),
        (base.OutOfCredits("x"), Kind.STOPPED),
        (base.KeyCapped("x"), Kind.STOPPED),
        (base.Unknown("x"), Kind.UNKNOWN),
        (base.ReadFailed("x"), Kind.UNKNOWN),
        (base.TaskNotFound("x"), Kind.UNKNOWN),
        (RuntimeError("x"), Kind.UNKNOWN),
        (TimeoutError("x"), Kind.UNKNOWN),
    ],
)
def test_only_a_refusal_is_certain(error: Exception, kind: Kind) -> None:
    assert verdict_of(error).kind == kind


def test_an_acceptance_names_the_task() -> None:
    verdict = verdict_of(base.Accepted("task_1", "{}"))
    assert (verdict.kind, verdict.task_id) == (Kind.ACCEPTED, "task_1")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (base.ReadFailed("x"), Kind.LATER),
        (base.InvalidInput("x"), Kind.LATER),
        (base.RateLimited("x", retry_after=30), Kind.LATER),
        (base.BadKey("x"), Kind.STOPPED),
        (OSError("x"), Kind.LATER),
        (FileNotFoundError("x"), Kind.NEVER),
        (ValueError("The Kie key holds a space"), Kind.LATER),
    ],
)
def test_before_the_call_nothing_is_unknown(error: Exception, kind: Kind) -> None:
    assert verdict_before_sending(error).kind == kind


def test_a_stop_says_which() -> None:
    assert verdict_of(base.OutOfCredits("x")).stop == StopReason.CREDITS
    assert verdict_of(base.KeyCapped("x")).stop == StopReason.CAP


@pytest.mark.parametrize(
    ("record", "step"),
    [
        (TaskRecord("t", "m", "waiting", result_urls=("https://x",)), Step.WAIT),
        (TaskRecord("t", "m", "generating"), Step.WAIT),
        (TaskRecord("t", "m", "success", result_urls=("https://x",)), Step.FETCH),
        (TaskRecord("t", "m", "success"), Step.EMPTY),
        (TaskRecord("t", "m", "fail"), Step.FAIL),
    ],
)
def test_the_state_alone_decides(record: TaskRecord, step: Step) -> None:
    assert next_step(record) == step


@pytest.mark.parametrize(("age", "pause"), [(0, 2.5), (29, 2.5), (30, 7), (119, 7), (120, 20), (9999, 20)])
def test_asking_slows_down_with_age(age: int, pause: float) -> None:
    assert clock.poll_pause(timedelta(seconds=age), callback=False) == timedelta(seconds=pause)


@pytest.mark.parametrize(("age", "pause"), [(0, 30), (119, 30), (120, 60), (9999, 60)])
def test_with_callbacks_asking_is_the_safety_net(age: int, pause: float) -> None:
    assert clock.poll_pause(timedelta(seconds=age), callback=True) == timedelta(seconds=pause)


def test_what_the_provider_asks_for_is_the_least_pause() -> None:
    assert clock.refused_pause(1, 30) == timedelta(seconds=30)
    assert clock.refused_pause(1, 1) == timedelta(seconds=5)
    assert clock.refused_pause(99) == timedelta(minutes=2)


ALL = [(old, new) for old in GenerationState for new in GenerationState]


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), [pair for pair in ALL if pair[1] not in TRANSITIONS[pair[0]]])
def test_a_move_off_the_graph_raises(old: GenerationState, new: GenerationState) -> None:
    with pytest.raises(WrongMove):
        move(Generation(state=old), new)


@pytest.mark.django_db
@pytest.mark.parametrize(("old", "new"), [pair for pair in ALL if pair[1] in TRANSITIONS[pair[0]]])
def test_a_move_on_the_graph_leaves_one_row(old: GenerationState, new: GenerationState) -> None:
    job = GenerationFactory.create(state=old, failure_class="provider" if old == "failed" else "")
    assert move(job, new, why="because", failure_class=FailureClass.PROVIDER)
    assert [(row.old, row.new, row.why) for row in job.moves.all()] == [(old, new, "because")]


@pytest.mark.django_db
def test_of_two_movers_one_wins() -> None:
    job = GenerationFactory.create()
    stale = Generation.objects.get(pk=job.pk)
    assert move(job, GenerationState.SUBMITTING)
    assert not move(stale, GenerationState.CANCELLED)
    assert stale.state == GenerationState.QUEUED
    assert job.moves.count() == 1


@pytest.mark.django_db
def test_a_move_names_who(carl: User) -> None:
    job = GenerationFactory.create()
    move(job, GenerationState.CANCELLED, by=carl)
    assert job.moves.get().by == carl


@pytest.mark.django_db
def test_an_end_is_never_due() -> None:
    job = GenerationFactory.create()
    move(job, GenerationState.CANCELLED)
    job.refresh_from_db()
    assert job.due_at is None
    assert job.finished_at


THREE = Limit("test", 3, timedelta(seconds=10))


@pytest.mark.django_db
def test_a_limit_lets_so_many_pass_in_its_window() -> None:
    with time_machine.travel(NOON, tick=False) as now:
        assert [take_slot(THREE) for _ in range(4)] == [None, None, None, NOON + timedelta(seconds=10)]
        now.shift(10)
        assert take_slot(THREE) is None


@pytest.mark.django_db
def test_in_no_window_more_pass_than_allowed() -> None:
    passed = []
    with time_machine.travel(NOON, tick=False) as now:
        for tenth in range(400):
            passed += [tenth] if take_slot(THREE) is None else []
            now.shift(0.1)
    assert all(len([t for t in passed if start <= t < start + 100]) <= 3 for start in passed)
    assert len(passed) == 12


@pytest.mark.django_db
def test_a_clock_that_ran_ahead_blocks_nothing() -> None:
    with time_machine.travel(NOON + timedelta(hours=5), tick=False):
        take_slot(THREE)
    with time_machine.travel(NOON, tick=False):
        assert take_slot(THREE) is None
