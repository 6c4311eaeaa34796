"""What the operating system knows of processes: who is below whom, and who lives, is stopped or dead. Linux knows it
from /proc; elsewhere only living and dead are told apart.
"""

import contextlib
import os
import signal
import sys
from dataclasses import dataclass, field
from pathlib import Path

import structlog

logger = structlog.get_logger(__name__)
STOPPED_SECONDS = 15.0
LOOK_SECONDS = 2.0
PROC = Path("/proc") if sys.platform == "linux" else None


def is_alive(pid: int) -> bool:
    """Whether the process is there and not just the memory of one, stopped or not."""
    if PROC:
        return _state(pid) not in ("", "Z", "X")
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, 0)
        return True
    return False


def is_stopped(pid: int) -> bool:
    """Whether somebody stopped it (SIGSTOP); False where the system doesn't say."""
    return _state(pid) == "T"


def family(pid: int) -> list[int]:
    """The process and all below it, parents first; on Linux only, elsewhere just itself."""
    found = [pid]
    for parent in found:
        with contextlib.suppress(OSError):
            found += [int(child) for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]
    return found


@dataclass
class Stopped:
    """Below one process: who was stopped by somebody (SIGSTOP), and since when we know."""

    since: dict[int, float] = field(default_factory=dict)
    looked: float = float("-inf")

    def end(self, pid: int, now: float) -> None:
        """End each that stays so, for what is left to replace it. Asked often, it looks every other second."""
        if now - self.looked < LOOK_SECONDS:
            return
        self.looked = now
        self.since = {one: self.since.get(one, now) for one in family(pid) if is_stopped(one)}
        for one, since in self.since.items():
            if now - since >= STOPPED_SECONDS:
                logger.warning("a stopped process is ended", pid=one)
                with contextlib.suppress(ProcessLookupError):
                    os.kill(one, signal.SIGKILL)


def _state(pid: int) -> str:
    """The letter of proc(5); empty when it is gone or there is no /proc."""
    if PROC:
        with contextlib.suppress(OSError):
            # The name before it, in parentheses, may hold anything.
            return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    return ""
