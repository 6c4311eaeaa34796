"""Run a job of `child.py` in a process of its own: hostile bytes can crash or hang that one only.

Under `manage.py work` it is a fork of the room (`room.py`), elsewhere a new interpreter.

The child gets no environment but the path to this code: no key of ours is within reach of a broken decoder.
What is the file's fault (the child refuses it, crashes on it or burns its CPU seconds) is told apart from what is not
(somebody stopped the child, the machine is too busy): a paid clip must not be lost because a worker was shut down.
"""

import json
import logging
import os
import signal
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assets.media.reading import NotAVideo

logger = logging.getLogger(__name__)

ROOM = "MEDIA_ROOM"  # where its socket is; set by `manage.py work` for its children
CODE = Path(__file__).resolve().parents[2]
BARE = {"PYTHONPATH": str(CODE), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
CRASHES = {
    signal.SIGSEGV,
    signal.SIGABRT,
    signal.SIGBUS,
    signal.SIGFPE,
    signal.SIGILL,
    signal.SIGTRAP,
    signal.SIGXCPU,
    signal.SIGXFSZ,
}


class ReadingStopped(OSError):
    """The file was not read to a verdict, through no fault of its own; try again later."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended: exit code (negative: by that signal), what it printed, and what it said on standard error."""

    code: int
    said: str
    cried: str


def run_limited(job: str, *arguments: Path | int, cpu_seconds: int) -> Any:
    """The job's answer. Raises NotAVideo when the child refuses the file, crashes on it or needs more CPU seconds.

    Raises ReadingStopped after three times as long on the clock, or when the child was stopped from outside, and
    FileNotFoundError when the first argument, the file to read, is not there: those are no verdicts on a video.
    """
    if not Path(str(arguments[0])).is_file():
        raise FileNotFoundError(arguments[0])
    order = [str(cpu_seconds), job, *map(str, arguments)]
    try:
        ended = _in_the_room(order, 3 * cpu_seconds) or _in_a_new_process(order, 3 * cpu_seconds)
    except (subprocess.TimeoutExpired, TimeoutError):
        raise ReadingStopped(f"Reading the video took longer than {3 * cpu_seconds} s; the machine is busy.") from None
    return _answer(job, ended)


def _in_the_room(order: list[str], seconds: float) -> Ended | None:
    """Ask the room that `manage.py work` keeps; None where there is none. Raises TimeoutError."""
    address = os.environ.get(ROOM)
    if not address:
        return None
    with socket.socket(socket.AF_UNIX) as room:
        room.settimeout(seconds)
        try:
            room.connect(address)
        except TimeoutError:
            raise
        except OSError:  # it is being started again
            return None
        try:
            room.sendall(json.dumps(order).encode() + b"\n")
            with room.makefile("rb") as lines:
                return Ended(*json.loads(lines.readline()))
        except TimeoutError:
            raise
        except (OSError, ValueError, TypeError):
            return Ended(-signal.SIGKILL, "", "The room was closed.")


def _in_a_new_process(order: list[str], seconds: float) -> Ended:
    """Start an interpreter for the one file. Raises subprocess.TimeoutExpired."""
    done = subprocess.run(
        [sys.executable, "-m", "assets.media.child", *order],
        cwd=CODE,
        env=BARE,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        start_new_session=True,  # Ctrl-C at a terminal is for the worker, which then finishes this job
    )
    return Ended(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def object_in(said: str | bytes) -> dict[str, Any]:
    """The object that a child said as its answer; empty for anything else, since its bytes may be anybody's."""
    try:
        told = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _answer(job: str, ended: Ended) -> Any:
    told = object_in(ended.said)
    if "answer" in told:
        return told["answer"]
    if "refused" in told:
        raise NotAVideo(told["refused"])
    logger.warning("media %s ended with %s: %s", job, ended.code, ended.cried[-500:])
    if -ended.code in CRASHES:
        raise NotAVideo("The video can't be read: the decoder gave up on it.")
    raise ReadingStopped(f"Reading the video was stopped (exit {ended.code}).")
