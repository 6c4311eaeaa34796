"""The supervisor of `manage.py work`: clusters of workers as watched child processes, and the metronome.

A cluster that is alive may still be stuck for good (an idle worker that died with the queue's lock), so what counts is
that tasks get through, not that processes exist.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from projects import pulse

logger = structlog.get_logger(__name__)

TICK_SECONDS = 0.25
TIDY_SECONDS = 60.0
HEARTBEAT_SECONDS = 4.0
STALLED_SECONDS = 25.0
STARTING_SECONDS = 45.0
TASK_SECONDS = 400.0
GRACE_SECONDS = 7.0
RESTART_PAUSES = (0.0, 1.0, 2.0, 5.0, 15.0, 30.0)
STEADY_SECONDS = 60.0


@dataclass
class Cluster:
    """One cluster of workers and its processes, in a process group of its own.

    `command` starts it; `pulse` is the folder of its workers' signs of life; `send` puts a heartbeat on its queue.
    """

    name: str
    command: Sequence[str]
    pulse: Path
    send: Callable[[], None]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    restarts: int = 0
    sent: float = field(default=0.0)

    def start(self) -> None:
        """Start its processes with an empty record of signs."""
        shutil.rmtree(self.pulse, ignore_errors=True)
        self.pulse.mkdir(parents=True)
        environment = {**os.environ, pulse.VARIABLE: str(self.pulse), "Q_CLUSTER_NAME": self.name}
        self.process = subprocess.Popen(list(self.command), env=environment, start_new_session=True)
        self.started = time.monotonic()
        self.sent = 0.0
        logger.info("cluster started", cluster=self.name, pid=self.process.pid)

    def watch(self) -> None:
        """Start it if it is time, restart it if it has ended or is stuck, and keep the heartbeat going."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
        elif self.process.poll() is not None:
            self.restart(f"ended with code {self.process.returncode}")
        elif self.is_stalled():
            self.restart("no task gets through")
        else:
            self.restarts = 0 if now - self.started > STEADY_SECONDS else self.restarts
            self._keep_beating(now)

    def _keep_beating(self, now: float) -> None:
        # An unanswered one is not followed by more, or they would pile up while the cluster is down.
        answered = self.silence() < now - self.sent
        if now - self.sent >= (HEARTBEAT_SECONDS if answered else STALLED_SECONDS):
            self.send()
            self.sent = now

    def silence(self) -> float:
        """Seconds since the last sign of life, or since the start while there is none."""
        try:
            return time.time() - (self.pulse / pulse.BEAT).stat().st_mtime
        except FileNotFoundError:
            return time.monotonic() - self.started

    def is_stalled(self) -> bool:
        """Whether no task gets through although no worker is busy with one."""
        if (self.pulse / pulse.BEAT).exists():
            return self.silence() > STALLED_SECONDS and not self.is_busy()
        return self.silence() > STARTING_SECONDS

    def is_busy(self) -> bool:
        """Whether a living worker is in a task that may still take its time."""
        for mark in self.pulse.glob(f"{pulse.BUSY}*"):
            with contextlib.suppress(OSError, ValueError):
                os.kill(int(mark.name.removeprefix(pulse.BUSY)), 0)
                if time.time() - mark.stat().st_mtime < TASK_SECONDS:
                    return True
        return False

    def restart(self, why: str) -> None:
        """Kill whatever is left of it and start anew, after a pause that grows while it keeps ending."""
        pause = RESTART_PAUSES[min(self.restarts, len(RESTART_PAUSES) - 1)]
        logger.warning("cluster restarts", cluster=self.name, why=why, pause=pause)
        self.kill()
        self.restarts += 1
        self.start_at = time.monotonic() + pause

    def ask_to_stop(self) -> None:
        """Let it finish the tasks at hand."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def kill(self) -> None:
        """End the whole process group at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


class Supervisor:
    """Runs clusters and metronome until SIGTERM or SIGINT; then everything ends within ten seconds.

    `tick` is called four times a second, `tidy` once a minute; what they raise is logged and the beat goes on.
    """

    def __init__(self, clusters: Sequence[Cluster], *, tick: Callable[[], Any], tidy: Callable[[], Any]) -> None:
        self.clusters = clusters
        self._tick, self._tidy = tick, tidy
        self._tidied = self._told = float("-inf")
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        try:
            while not self._stop.is_set():
                self.beat()
                self._stop.wait(TICK_SECONDS)
        finally:
            self.stop()

    def beat(self) -> None:
        """One round: look at every cluster, sweep, and tidy when it is time."""
        for cluster in self.clusters:
            self._safely(cluster.watch)
        self._safely(self._tick)
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidied = time.monotonic()
            self._safely(self._tidy)

    def _safely(self, act: Callable[[], Any]) -> None:
        try:
            act()
        except Exception as error:  # the database may be away for a while
            # The whole story once a minute: with four rounds a second it would fill a disk.
            if time.monotonic() - self._told >= TIDY_SECONDS:
                self._told = time.monotonic()
                logger.exception("a round of the metronome failed")
            else:
                logger.debug("a round of the metronome failed", error=repr(error))

    def stop(self) -> None:
        """Ask every cluster to finish, and kill what hasn't after some seconds."""
        for cluster in self.clusters:
            cluster.ask_to_stop()
        end = time.monotonic() + GRACE_SECONDS
        for cluster in self.clusters:
            if cluster.process:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    cluster.process.wait(max(0.0, end - time.monotonic()))
        for cluster in self.clusters:
            cluster.kill()
        logger.info("work stopped")


def cluster_command(name: str) -> list[str]:
    """The command line of one cluster: this very program, as a child."""
    return [sys.executable, str(Path(sys.argv[0]).resolve()), "work", "--cluster", name, "--parent", str(os.getpid())]


@contextlib.contextmanager
def pulse_folder() -> Any:
    """A folder for the signs of life of this run."""
    with tempfile.TemporaryDirectory(prefix="kling-cms-work-") as folder:
        yield Path(folder)
