"""When a cluster of workers counts as stuck, and what the supervisor does then."""

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kling_cms import supervisor
from kling_cms.supervisor import Cluster, Supervisor
from projects import pulse

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sent() -> list[str]:
    """Heartbeats that were put on the queue."""
    return []


@pytest.fixture
def cluster(tmp_path: Path, sent: list[str]) -> Iterator[Cluster]:
    """A cluster whose process only sleeps."""
    made = Cluster("sleepers", SLEEPER, tmp_path / "pulse", lambda: sent.append("beat"))
    made.start()
    yield made
    made.kill()


def beat(cluster: Cluster, age: float) -> None:
    """The last sign of life was `age` seconds ago."""
    mark = cluster.pulse / pulse.BEAT
    mark.touch()
    os.utime(mark, (time.time() - age, time.time() - age))


def test_a_cluster_that_beats_is_left_alone(cluster: Cluster) -> None:
    beat(cluster, 1)
    process = cluster.process
    cluster.watch()
    assert cluster.process is process


def test_a_cluster_in_which_no_task_gets_through_is_restarted(cluster: Cluster) -> None:
    beat(cluster, supervisor.STALLED_SECONDS + 1)
    stuck = cluster.process
    assert stuck
    cluster.watch()
    assert stuck.returncode is not None
    cluster.watch()
    assert cluster.process not in (None, stuck)


def test_a_cluster_that_is_busy_is_not_stuck(cluster: Cluster) -> None:
    beat(cluster, supervisor.STALLED_SECONDS + 1)
    (cluster.pulse / f"{pulse.BUSY}{os.getpid()}").touch()
    assert not cluster.is_stalled()


def test_the_mark_of_a_dead_worker_counts_for_nothing(cluster: Cluster) -> None:
    beat(cluster, supervisor.STALLED_SECONDS + 1)
    (cluster.pulse / f"{pulse.BUSY}{2**22 + 1}").touch()
    assert cluster.is_stalled()


def test_a_cluster_that_ends_is_started_again_after_growing_pauses(cluster: Cluster) -> None:
    pauses = []
    for _ in range(3):
        cluster.restart("it ended")
        pauses.append(round(cluster.start_at - time.monotonic()))
    assert pauses == [0, 1, 2]


def test_heartbeats_do_not_pile_up_while_nobody_answers(cluster: Cluster, sent: list[str]) -> None:
    for _ in range(5):
        cluster.watch()
    assert len(sent) == 1


def test_an_answered_heartbeat_is_followed_by_the_next(cluster: Cluster, sent: list[str]) -> None:
    cluster.watch()
    cluster.sent = time.monotonic() - supervisor.HEARTBEAT_SECONDS
    beat(cluster, 0)
    cluster.watch()
    assert len(sent) == 2


def test_a_failing_round_does_not_stop_the_metronome(caplog: pytest.LogCaptureFixture) -> None:
    rounds: list[int] = []

    def tick() -> None:
        rounds.append(1)
        raise OSError("the database is away")

    metronome = Supervisor([], tick=tick, tidy=lambda: None)
    metronome.beat()
    metronome.beat()
    assert len(rounds) == 2
    assert caplog.text.count("a round of the metronome failed") == 1, "told once a minute"


def test_workers_mark_begin_and_end_of_a_task(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(pulse.VARIABLE, str(tmp_path))
    pulse.begin()
    assert {path.name for path in tmp_path.iterdir()} == {"beat", f"busy-{os.getpid()}"}
    pulse.end()
    assert {path.name for path in tmp_path.iterdir()} == {"beat"}


def test_without_a_supervisor_signs_of_life_are_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(pulse.VARIABLE, raising=False)
    pulse.begin()
    pulse.end()
