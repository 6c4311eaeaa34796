"""Run a job of `child.py` in a process of its own: hostile bytes can crash or hang that one only.

The child gets no environment but the path to this code: no key of ours is within reach of a broken decoder.
"""

import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Any

from assets.media.reading import NotAVideo

logger = logging.getLogger(__name__)

CODE = Path(__file__).resolve().parents[2]


def run_limited(job: str, *arguments: Path | int, seconds: float) -> Any:
    """The job's answer. Raises NotAVideo when the child refuses, crashes or takes longer than `seconds`.

    Raises FileNotFoundError when the first argument, the file to read, is not there: that is no verdict on a video.
    """
    if not Path(str(arguments[0])).is_file():
        raise FileNotFoundError(arguments[0])
    command = [sys.executable, "-m", "assets.media.child", job, *map(str, arguments)]
    environment = {"PYTHONPATH": str(CODE), "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}
    try:
        done = subprocess.run(
            command, cwd=CODE, env=environment, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise NotAVideo(f"Reading the video took longer than {seconds:.0f} s and was stopped.") from None
    return _answer(job, done)


def _answer(job: str, done: subprocess.CompletedProcess[bytes]) -> Any:
    try:
        told = json.loads(done.stdout)
    except ValueError:
        logger.warning("media %s ended with %s: %s", job, done.returncode, done.stderr[-500:].decode(errors="replace"))
        raise NotAVideo("The video can't be read: the decoder gave up on it.") from None
    if "refused" in told:
        raise NotAVideo(told["refused"])
    return told["answer"]
