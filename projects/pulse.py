"""Signs of life: workers leave marks in a folder that their supervisor watches. Without a supervisor it is nothing.

`beat` is touched whenever a task begins, goes on or ends; `busy-<pid>` stands there while that process is in a task.
"""

import contextlib
import os
from pathlib import Path

VARIABLE = "WORK_PULSE"
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
    if folder := os.environ.get(VARIABLE):
        with contextlib.suppress(OSError):
            (Path(folder) / f"{BUSY}{os.getpid()}").unlink()
    beat()


def heartbeat(_: str) -> None:
    """The task that the supervisor sends through the queue: that it runs at all is the news."""
    beat()


def _mark(name: str) -> None:
    if folder := os.environ.get(VARIABLE):
        with contextlib.suppress(OSError):  # the supervisor and its folder are gone, and so are we soon
            (Path(folder) / name).touch()
