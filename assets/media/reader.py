"""A child of the room (`room.py`): it reads one file, or one after another, each within limits of its own.

A fork is nine tenths of what the facts of a clip cost, so a child that has done well is given the next file. What went
wrong with an earlier one must not be laid to a later one's charge: only a child that has read nothing before may
condemn a file or take its time over it, and one that condemned anything reads nothing more.
"""

import ctypes
import json
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence
from typing import NoReturn

from assets.media import child
from assets.media.sandbox import object_in

AGAIN = {"probe"}  # jobs whose child may go on: they are short, and change nothing in it
MOST_READ = 100
USED_SECONDS = 5.0  # for one that has read before to answer in, or to be given the next file in: it holds memory
MOST_BYTES = 64 * 1024
MOST_TOLD = 16 * 1024
LAST_WORDS = 16  # pieces that a child which has ended may have left in each pipe
MOST_FILES = 64 * 1024
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Reader:
    """A forked child; `line` brings it orders and us its answers, `errors` is the pipe of its standard error.

    Raises OSError when nothing can be forked.
    """

    def __init__(self) -> None:
        room = os.getpid()
        self.line, theirs = socket.socketpair()
        self.errors, cry = os.pipe()
        self.answer, self._cried = b"", b""
        self.files = 0  # that it has read
        self._again = False
        self._until = math.inf
        for ours in (self.line.fileno(), self.errors):
            os.set_blocking(ours, False)
        try:
            self.pid = os.fork()
            if self.pid == 0:
                _and_leave(lambda: _read_files(theirs.fileno(), cry, room))
        except OSError:
            self.close()
            raise
        finally:
            theirs.close()
            os.close(cry)

    def ask(self, order: Sequence[str]) -> None:
        """Give it a file to read. Raises OSError when it has gone."""
        self.answer, self._cried = b"", b""
        self._again = order[1] in AGAIN
        if self.files:
            self._until = time.monotonic() + USED_SECONDS
        self.line.sendall(json.dumps(order).encode() + b"\n")

    def hear(self) -> bool:
        """Take in a piece of its answer; False at the end of the line, and when it says more than it has to say."""
        try:
            piece = self.line.recv(MOST_BYTES)
        except BlockingIOError:
            return True
        except OSError:
            return False
        self.answer += piece
        return bool(piece) and len(self.answer) <= MOST_TOLD

    def hear_errors(self) -> bool:
        """Take in a piece of what it says on standard error: it may never stop. False at the end."""
        try:
            piece = os.read(self.errors, MOST_BYTES)
        except BlockingIOError:
            return True
        self._cried = (self._cried + piece)[-MOST_TOLD:]
        return bool(piece)

    @property
    def has_answered(self) -> bool:
        """Whether the answer is whole."""
        return self.answer.endswith(b"\n")

    @property
    def condemns(self) -> bool:
        """Whether the answer is anything but a plain one."""
        return "answer" not in object_in(self.answer)

    def rest(self) -> bool:
        """Note that it may be given another file; False where it must not."""
        self._until = time.monotonic() + USED_SECONDS
        return self._again and not self.condemns and self.files < MOST_READ

    @property
    def is_quiet(self) -> bool:
        """Whether it says nothing unasked, which would be taken for its next answer."""
        try:
            self.line.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return True
        return False

    @property
    def is_late(self) -> bool:
        """Whether it has read before and its time is up."""
        return time.monotonic() > self._until

    @property
    def told(self) -> tuple[str, str]:
        """What it said as its answer, and on standard error."""
        return self.answer.decode(errors="replace"), self._cried.decode(errors="replace")

    def ended(self) -> int | None:
        """Its exit code (negative: by that signal), None while it lives. Waited for, its CPU time is on our account."""
        pid, status = os.waitpid(self.pid, os.WNOHANG)
        if not pid:
            return None
        for hear in (self.hear, self.hear_errors):
            all(hear() for _ in range(LAST_WORDS))
        return os.waitstatus_to_exitcode(status)

    def kill(self) -> None:
        """End it; it is still to be waited for."""
        os.kill(self.pid, signal.SIGKILL)

    def close(self) -> None:
        """Close our ends."""
        self.line.close()
        os.close(self.errors)


def _read_files(line: int, cry: int, room: int) -> None:
    """The child of the process `room`: orders come on its standard input, answers go to its standard output.

    Nothing else of ours stays open in it, so a decoder that was taken over reaches no caller but its own.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if LIBC:
        LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != room:  # it died before
        return
    os.setsid()
    for ours, standard in ((line, 0), (line, 1), (cry, 2)):
        os.dup2(ours, standard)
    os.closerange(3, MOST_FILES)
    for order in sys.stdin:
        sys.stdout.write(f"{json.dumps(child.answer_to(json.loads(order)))}\n")
        sys.stdout.flush()


def _and_leave(act: Callable[[], None]) -> NoReturn:
    """A fork never comes back into the loop of its parent; what goes wrong in it is told on standard error."""
    code = 1
    try:
        act()
        code = 0
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        os._exit(code)
