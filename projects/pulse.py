"""Signs of life between the processes of `manage.py work`, as files in a folder. Without that folder it is nothing.

The supervisor asks (`ask`) for a heartbeat: the pusher puts one on its way as a task, the worker that runs it touches
`answer`, the monitor that notes its end `booked`. `guard` is touched in each round of the guard, `beat` whenever a task
begins, goes on or ends; `busy-<pid>` stands there while that process is in a task.
"""

import contextlib
import os
from pathlib import Path

VARIABLE = "WORK_PULSE"
ASK = "ask"
ANSWER = "answer"
BOOKED = "booked"
GUARD = "guard"
BEAT = "beat"
BUSY = "busy-"


def beat() -> None:
    """Say that this cluster of workers moves."""
    _mark(BEAT)


def begin() -> None:
    """This process is in a task now."""
    _mark(f"{BUSY}{os.getpid()}")
    beat()


def end() -> None:
    """This process is out of its task."""
    _unmark(f"{BUSY}{os.getpid()}")
    beat()


def is_asked() -> bool:
    """Whether the supervisor waits for a heartbeat; told once for each time it asks."""
    return _unmark(ASK)


def heartbeat(_: str) -> None:
    """The task that travels through the cluster: that it runs at all is the news."""
    _mark(ANSWER)


def booked() -> None:
    """Say that a heartbeat has come all the way round."""
    _mark(BOOKED)


def guarded() -> None:
    """Say that the guard of this cluster makes its rounds."""
    _mark(GUARD)


def _mark(name: str) -> None:
    if folder := os.environ.get(VARIABLE):
        with contextlib.suppress(OSError):  # the supervisor and its folder are gone, and so are we soon
            (Path(folder) / name).touch()


def _unmark(name: str) -> bool:
    if folder := os.environ.get(VARIABLE):
        with contextlib.suppress(OSError):
            (Path(folder) / name).unlink()
            return True
    return False
