"""One cluster of workers, watched: restarted when it ends or when no task gets through it any more.

A cluster that is alive may still be stuck for good (a worker that died with the queue's lock, a guard that waits for a
dead one), so what counts is that heartbeats go all the way round, not that processes exist.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from kling_cms.processes import Stopped, is_alive, is_stopped
from projects import pulse

logger = structlog.get_logger(__name__)

# A stuck cluster is found at the latest HEARTBEAT + STALLED + MOVED seconds after its last move: within 30.
HEARTBEAT_SECONDS = 4.0
REPEAT_SECONDS = 8.0
STALLED_SECONDS = 20.0
MOVED_SECONDS = 5.0
BOOKING_SECONDS = 5.0
STARTING_SECONDS = 45.0
TASK_SECONDS = 400.0
ASLEEP_SECONDS = 10.0
STEADY_SECONDS = 60.0
RESTART_PAUSES = (0.0, 1.0, 2.0, 5.0, 15.0, 30.0)
NEVER = float("-inf")


@dataclass
class Signs:
    """When the marks of a folder last changed, by this process's own clock: a clock that is set alarms nobody."""

    folder: Path
    _known: dict[str, tuple[int, float]] = field(default_factory=dict)

    def look(self, now: float) -> None:
        """Note which marks have changed."""
        for name in (pulse.BEAT, pulse.ANSWER, pulse.BOOKED, pulse.GUARD):
            with contextlib.suppress(OSError):
                at = (self.folder / name).stat().st_mtime_ns
                if at != self._known.get(name, (0, 0.0))[0]:
                    self._known[name] = (at, now)

    def seen(self, name: str) -> float:
        """When the mark was last seen to change; minus infinity for never."""
        return self._known[name][1] if name in self._known else NEVER

    def forgive(self, now: float) -> None:
        """Count silence from now on."""
        self._known = {name: (at, now) for name, (at, _) in self._known.items()}

    def busy(self) -> list[int]:
        """The workers in a task that may still take its time: dead and stopped ones don't count."""
        pids = [
            int(mark.name.removeprefix(pulse.BUSY))
            for mark in self.folder.glob(f"{pulse.BUSY}*")
            if time.time() - _changed(mark) < TASK_SECONDS
        ]
        return [pid for pid in pids if is_alive(pid) and not is_stopped(pid)]


def _changed(mark: Path) -> float:
    with contextlib.suppress(OSError):
        return mark.stat().st_mtime
    return 0.0


@dataclass
class Cluster:
    """A cluster and its processes, in a process group of its own.

    `command` starts it; `folder` is for the signs of life of its so many `workers`.
    """

    name: str
    command: Sequence[str]
    folder: Path
    workers: int
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_at: float = 0.0
    restarts: int = 0

    def start(self) -> None:
        """Start its processes with an empty record of signs."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)
        environment = {**os.environ, pulse.VARIABLE: str(self.folder), "Q_CLUSTER_NAME": self.name}
        self.process = subprocess.Popen(list(self.command), env=environment, start_new_session=True)
        self.started = self._watched = time.monotonic()
        self.signs = Signs(self.folder)
        self.asked = self._asked_again = NEVER
        self._stopped = Stopped()
        logger.info("cluster started", cluster=self.name, pid=self.process.pid)

    def watch(self) -> None:
        """Start it if it is time, restart it if it has ended or is stuck, and keep the heartbeat going."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.start_at:
                self.start()
        elif self.process.poll() is not None:
            self.restart(f"ended with code {self.process.returncode}")
        else:
            self._look(now)
            if why := self.stalled(now):
                self.restart(why)
                return
            self.restarts = 0 if now - self.started > STEADY_SECONDS else self.restarts
            self._ask(now)
            self._stopped.end(self.process.pid, now)

    def _look(self, now: float) -> None:
        self.signs.look(now)
        # Who was stopped or asleep with the whole machine can't tell silence from its own absence.
        if now - self._watched > ASLEEP_SECONDS:
            self.signs.forgive(now)
            self.asked, self._stopped = max(self.asked, now), Stopped()
        self._watched = now

    def stalled(self, now: float) -> str:
        """Why nothing gets through any more; empty while all is well or may still become so."""
        seen = self.signs.seen
        if seen(pulse.BOOKED) == NEVER:
            return "it doesn't get ready" if now - self.started > STARTING_SECONDS else ""
        if now - seen(pulse.GUARD) > STALLED_SECONDS:
            return "its guard stands still"
        if self._is_answered() or now - self.asked <= STALLED_SECONDS:
            return ""
        if seen(pulse.ANSWER) > self.asked:
            return "no end of a task is noted" if now - seen(pulse.ANSWER) > BOOKING_SECONDS else ""
        moved = now - seen(pulse.BEAT) <= MOVED_SECONDS
        return "" if moved or len(self.signs.busy()) >= self.workers else "no task gets through"

    def _is_answered(self) -> bool:
        return self.signs.seen(pulse.BOOKED) > self.asked

    def _ask(self, now: float) -> None:
        answered = self.asked == NEVER or self._is_answered()
        # An ask may die with the process that has it; it is repeated, and the first unanswered one keeps counting.
        if now - self._asked_again >= (HEARTBEAT_SECONDS if answered else REPEAT_SECONDS):
            (self.folder / pulse.ASK).touch()
            self._asked_again = now
            self.asked = now if answered else self.asked

    def restart(self, why: str) -> None:
        """Kill whatever is left of it and start anew, after a pause that grows while it keeps ending."""
        pause = RESTART_PAUSES[min(self.restarts, len(RESTART_PAUSES) - 1)]
        logger.warning("cluster restarts", cluster=self.name, why=why, pause=pause)
        self.kill()
        self.restarts += 1
        self.start_at = time.monotonic() + pause

    def ask_to_stop(self) -> None:
        """Let it finish the tasks at hand and begin no others."""
        if self.process and self.is_running():
            (self.folder / pulse.STOPPING).touch()
            self.process.terminate()

    def hand_back(self) -> None:
        """Have its workers leave what others can do from the start."""
        if self.is_running():
            for pid in self.signs.busy():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, pulse.HAND_BACK)

    def is_running(self) -> bool:
        """Whether it was started and hasn't ended."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End the whole process group at once."""
        if self.process is None:
            return
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None


def cluster_command(name: str) -> list[str]:
    """The command line of one cluster: this very program, as a child."""
    return [sys.executable, str(Path(sys.argv[0]).resolve()), "work", "--cluster", name, "--parent", str(os.getpid())]
