"""When a cluster of workers counts as stuck, and what the supervisor does then."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kling_cms import cluster as watching
from kling_cms import processes
from kling_cms.cluster import Cluster
from kling_cms.supervisor import Supervisor
from projects import pulse

SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which process is stopped")


class Clock:
    """The supervisor's clock, moved by hand."""

    now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def time(self) -> float:
        return time.time()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Seconds pass when the test says so."""
    clock = Clock()
    monkeypatch.setattr(watching, "time", clock)
    return clock


@pytest.fixture
def cluster(tmp_path: Path, clock: Clock) -> Iterator[Cluster]:
    """A cluster of two workers that has answered once; its process only sleeps."""
    made = Cluster("sleepers", SLEEPER, tmp_path / "pulse", workers=2)
    made.start()
    touch(made, pulse.ANSWER, pulse.BOOKED, pulse.GUARD, pulse.BEAT)
    made.watch()
    yield made
    made.kill()


def touch(cluster: Cluster, *names: str) -> None:
    """A sign of life that differs from the last one, however coarse the file system's clock is."""
    for name in names:
        mark = cluster.folder / name
        at = mark.stat().st_mtime_ns + 1_000_000 if mark.exists() else time.time_ns()
        mark.touch()
        os.utime(mark, ns=(at, at))


def pass_time(cluster: Cluster, clock: Clock, seconds: float, *alive: str) -> None:
    """Let so much time pass in looks of a second; the marks named `alive` change, heartbeats when asked for."""
    for _ in range(int(seconds)):
        clock.now += 1
        asked = (cluster.folder / pulse.ASK).exists()
        touch(cluster, *(name for name in alive if asked or name not in (pulse.ANSWER, pulse.BOOKED)))
        if pulse.ANSWER in alive:
            (cluster.folder / pulse.ASK).unlink(missing_ok=True)
        cluster.watch()


def bound() -> int:
    """Seconds within which a stuck cluster is found."""
    return int(watching.HEARTBEAT_SECONDS + watching.STALLED_SECONDS + watching.MOVED_SECONDS) + 1


def test_a_stuck_cluster_is_found_within_thirty_seconds() -> None:
    assert bound() <= 30


def test_a_cluster_that_answers_is_left_alone(cluster: Cluster, clock: Clock) -> None:
    process = cluster.process
    pass_time(cluster, clock, 100, pulse.ANSWER, pulse.BOOKED, pulse.GUARD)
    assert cluster.process is process


@pytest.mark.parametrize(
    ("alive", "why"),
    [
        ([pulse.GUARD], "no task gets through"),
        ([pulse.GUARD, pulse.ANSWER, pulse.BEAT], "no end of a task is noted"),
        ([pulse.ANSWER, pulse.BOOKED, pulse.BEAT], "its guard stands still"),
    ],
)
def test_a_stuck_cluster_is_restarted(
    cluster: Cluster, clock: Clock, caplog: pytest.LogCaptureFixture, alive: list[str], why: str
) -> None:
    stuck = cluster.process
    pass_time(cluster, clock, bound(), *alive)
    assert cluster.process is not stuck
    assert why in caplog.text


def busy(cluster: Cluster, *pids: int) -> None:
    for pid in pids:
        (cluster.folder / f"{pulse.BUSY}{pid}").touch()


def test_a_cluster_with_all_workers_busy_is_not_stuck(cluster: Cluster, clock: Clock) -> None:
    process = cluster.process
    busy(cluster, os.getpid(), os.getppid())
    pass_time(cluster, clock, bound(), pulse.GUARD)
    assert cluster.process is process


def test_one_busy_worker_hides_no_idle_one_that_gets_nothing(cluster: Cluster, clock: Clock) -> None:
    process = cluster.process
    busy(cluster, os.getpid())
    pass_time(cluster, clock, bound(), pulse.GUARD)
    assert cluster.process is not process


def test_the_mark_of_a_dead_worker_counts_for_nothing(cluster: Cluster) -> None:
    busy(cluster, 2**22 + 1, os.getpid())
    assert cluster.signs.busy() == [os.getpid()]


@linux
def test_the_mark_of_a_stopped_worker_counts_for_nothing(cluster: Cluster) -> None:
    with subprocess.Popen(SLEEPER) as worker:
        worker.send_signal(signal.SIGSTOP)
        os.waitid(os.P_PID, worker.pid, os.WSTOPPED)
        busy(cluster, worker.pid)
        assert not cluster.signs.busy()
        worker.kill()


@linux
def test_a_process_that_stays_stopped_is_ended(cluster: Cluster, clock: Clock) -> None:
    assert cluster.process
    os.kill(cluster.process.pid, signal.SIGSTOP)
    os.waitid(os.P_PID, cluster.process.pid, os.WSTOPPED)
    stopped = cluster.process
    pass_time(cluster, clock, processes.STOPPED_SECONDS + 3, pulse.ANSWER, pulse.BOOKED, pulse.GUARD)
    assert stopped.wait(timeout=5) == -signal.SIGKILL


def test_a_supervisor_that_was_away_blames_nobody(cluster: Cluster, clock: Clock) -> None:
    process = cluster.process
    clock.now += 3600
    cluster.watch()
    pass_time(cluster, clock, 10)
    assert cluster.process is process


def test_a_cluster_that_never_gets_ready_is_restarted(cluster: Cluster, clock: Clock) -> None:
    cluster.restart("it ended")
    cluster.watch()
    started = cluster.process
    pass_time(cluster, clock, watching.STARTING_SECONDS + 1, pulse.GUARD)
    assert cluster.process is not started


def test_a_cluster_that_ends_is_started_again_after_growing_pauses(cluster: Cluster, clock: Clock) -> None:
    pauses = []
    for _ in range(3):
        cluster.restart("it ended")
        pauses.append(round(cluster.start_at - clock.now))
    assert pauses == [0, 1, 2]


def test_a_lost_heartbeat_is_asked_for_again(cluster: Cluster, clock: Clock) -> None:
    for _ in range(2):  # the first ask of the fixture, and the one after it
        (cluster.folder / pulse.ASK).unlink()
        pass_time(cluster, clock, watching.REPEAT_SECONDS, pulse.GUARD)
    assert (cluster.folder / pulse.ASK).exists()


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


@pytest.mark.parametrize(("wanted", "pause"), [(None, 0.25), (0.1, 0.1), (9.0, 0.25), (-1.0, 0.02)])
def test_the_metronome_beats_sooner_when_a_turn_is_due(wanted: float | None, pause: float) -> None:
    assert Supervisor([], tick=lambda: wanted, tidy=lambda: None).beat() == pause


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
    assert not pulse.is_asked()
