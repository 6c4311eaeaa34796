"""Signs of life between the processes of `manage.py work`, as files in a folder. Without that folder it is nothing.

The supervisor asks (`ask`) for a heartbeat: the pusher puts one on its way as a task, the worker that runs it touches
`answer`, the monitor that notes its end `booked`. `guard` is touched in each round of the guard, `beat` whenever a task
begins, goes on or ends; `busy-<pid>` stands there while that process is in a task. `stopping` says that the end is
near.
"""

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

VARIABLE = "WORK_PULSE"
ASK = "ask"
ANSWER = "answer"
BOOKED = "booked"
GUARD = "guard"
BEAT = "beat"
BUSY = "busy-"
STOPPING = "stopping"
HAND_BACK = signal.SIGUSR1

_may_leave = False


class HandBack(KeyboardInterrupt):
    """This worker ends soon: leave the work at hand to another one. Like Ctrl-C, it breaks off what waits."""


def beat() -> None:
    """Say that this cluster of workers moves."""
    _mark(BEAT)


def begin() -> None:
    """This process is in a task now, and may be told to leave it."""
    if os.environ.get(VARIABLE):
        signal.signal(HAND_BACK, _leave)
    _mark(f"{BUSY}{os.getpid()}")
    beat()


def end() -> None:
    """This process is out of its task."""
    _unmark(f"{BUSY}{os.getpid()}")
    beat()


def is_asked() -> bool:
    """Whether the supervisor waits for a heartbeat; told once for each time it asks."""
    folder = os.environ.get(VARIABLE)
    return folder is not None and os.access(f"{folder}/{ASK}", os.F_OK) and _unmark(ASK)


def heartbeat(_: str) -> None:
    """The task that travels through the cluster: that it runs at all is the news."""
    _mark(ANSWER)


def booked() -> None:
    """Say that a heartbeat has come all the way round."""
    _mark(BOOKED)


def guarded() -> None:
    """Say that the guard of this cluster makes its rounds."""
    _mark(GUARD)


def is_stopping() -> bool:
    """Whether this cluster was told to stop: nothing new should be begun."""
    folder = os.environ.get(VARIABLE)
    return folder is not None and os.access(f"{folder}/{STOPPING}", os.F_OK)


@contextlib.contextmanager
def may_leave() -> Iterator[None]:
    """Work that can be broken off anywhere and done again from the start: HandBack may be raised at any point of it."""
    global _may_leave  # a signal handler knows nothing else
    _may_leave = True
    try:
        yield
    finally:
        _may_leave = False


def _leave(*_: Any) -> None:
    global _may_leave
    if _may_leave:
        _may_leave = False  # once: the way out must not be broken off
        raise HandBack


def _mark(name: str) -> None:
    if folder := os.environ.get(VARIABLE):
        with contextlib.suppress(OSError):  # the supervisor and its folder are gone, and so are we soon
            Path(folder, name).touch()


def _unmark(name: str) -> bool:
    if folder := os.environ.get(VARIABLE):
        with contextlib.suppress(OSError):
            Path(folder, name).unlink()
            return True
    return False
