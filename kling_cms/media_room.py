"""Keeps the process in which bytes from outside are read (`assets.media.room`) beside the workers that ask it."""

import contextlib
import os
import subprocess
import sys
import time
from pathlib import Path

import structlog

from assets.media.sandbox import BARE, CODE, ROOM
from kling_cms.processes import Stopped

logger = structlog.get_logger(__name__)
MOST_LETTERS = 100  # of the path of a socket: 104 with its end on macOS, 108 on Linux
PAUSE_SECONDS = 5.0


class MediaRoom:
    """The room at a socket in `folder`. Without it, and while it starts, workers read files in processes of their own.

    It ends by itself when this process does, since its standard input is ours to close.
    """

    def __init__(self, folder: Path) -> None:
        self.address = folder / "room"
        self.process: subprocess.Popen[bytes] | None = None
        self._started = float("-inf")
        self._stopped = Stopped()

    def watch(self) -> None:
        """Start it, and start it again when it has ended; clusters started later know where it is."""
        if self.process and self.process.poll() is None:
            self._stopped.end(self.process.pid, time.monotonic())
            return
        if len(str(self.address)) > MOST_LETTERS:
            return
        if time.monotonic() - self._started < PAUSE_SECONDS:
            return
        if self.process:
            logger.warning("media room starts again", code=self.process.returncode)
            self.close()
        self._started = time.monotonic()
        command = [sys.executable, "-m", "assets.media.room", str(self.address)]
        # A session of its own: Ctrl-C at a terminal lets the workers finish, and they need it for that.
        self.process = subprocess.Popen(command, cwd=CODE, env=BARE, stdin=subprocess.PIPE, start_new_session=True)
        os.environ[ROOM] = str(self.address)

    def close(self) -> None:
        """End it."""
        if self.process is None:
            return
        if self.process.stdin:
            with contextlib.suppress(OSError):
                self.process.stdin.close()
        self.process.kill()
        self.process.wait()
        self.process = None
