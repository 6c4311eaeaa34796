"""Run a job of `child.py` in a process of its own: hostile bytes can crash or hang that one only.

The child gets no environment but the path to this code: no key of ours is within reach of a broken decoder.
What is the file's fault (the child refuses it, crashes on it or burns its CPU seconds) is told apart from what is not
(somebody stopped the child, the machine is too busy): a paid clip must not be lost because a worker was shut down.
"""

import json
import logging
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from assets.media.reading import NotAVideo

logger = logging.getLogger(__name__)

CODE = Path(__file__).resolve().parents[2]
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


def run_limited(job: str, *arguments: Path | int, cpu_seconds: int) -> Any:
    """The job's answer. Raises NotAVideo when the child refuses the file, crashes on it or needs more CPU seconds.

    Raises ReadingStopped after three times as long on the clock, or when the child was stopped from outside, and
    FileNotFoundError when the first argument, the file to read, is not there: those are no verdicts on a video.
    """
    if not Path(str(arguments[0])).is_file():
        raise FileNotFoundError(arguments[0])
    command = [sys.executable, "-m", "assets.media.child", str(cpu_seconds), job, *map(str, arguments)]
    environment = {"PYTHONPATH": str(CODE), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command,
            cwd=CODE,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=3 * cpu_seconds,
            start_new_session=True,  # Ctrl-C at a terminal is for the worker, which then finishes this job
        )
    except subprocess.TimeoutExpired:
        raise ReadingStopped(f"Reading the video took longer than {3 * cpu_seconds} s; the machine is busy.") from None
    return _answer(job, done)


def _answer(job: str, done: subprocess.CompletedProcess[bytes]) -> Any:
    try:
        told = json.loads(done.stdout)
    except ValueError:
        told = {}
    if "answer" in told:
        return told["answer"]
    if "refused" in told:
        raise NotAVideo(told["refused"])
    logger.warning("media %s ended with %s: %s", job, done.returncode, done.stderr[-500:].decode(errors="replace"))
    if -done.returncode in CRASHES:
        raise NotAVideo("The video can't be read: the decoder gave up on it.")
    raise ReadingStopped(f"Reading the video was stopped (exit {done.returncode}).")
