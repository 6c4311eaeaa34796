"""The room where bytes from outside are read: a process that has the decoders loaded and forks a child for each file.

Started as `python -m assets.media.room <socket>` by `manage.py work`, with an empty environment: there is no key in its
memory. A fork costs some milliseconds where a new interpreter costs two hundred. A caller writes one line of JSON to
the socket, `["<CPU seconds>", "<job>", "<path>", ...]`, and reads one: `[exit code, stdout, stderr]`. A caller that
goes away takes its child along. The room ends when its standard input does, so it never outlives the process that
started it, and its children never outlive the room.
"""

import contextlib
import ctypes
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NoReturn

import av
from PIL import Image

from assets.media import child
from projects.allocator import keep_freed_memory

MOST_BYTES = 64 * 1024
MOST_TOLD = 16 * 1024
LAST_WORDS = 16  # pieces that a child which has ended may have left in each pipe
MOST_FILES = 64 * 1024
WAITING = 64
DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux's prctl
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


class Errand:
    """One caller and the file it wants read; `pid` is the child's, 0 until it is known what to read."""

    def __init__(self, caller: socket.socket) -> None:
        self.caller = caller
        self.order = b""
        self.pid = 0
        self.told: dict[int, bytes] = {}  # by pipe: standard output, standard error

    def begin(self) -> None:
        """Fork the child. Raises ValueError for an order that can't be read, OSError when nothing can be forked."""
        order, room = json.loads(self.order), os.getpid()
        ends: list[int] = []
        try:
            for _ in range(2):
                pipe, end = os.pipe()
                ends.append(end)
                self.told[pipe] = b""
                os.set_blocking(pipe, False)
            self.pid = os.fork()
            if self.pid == 0:
                _and_leave(read_file, order, ends[0], ends[1], room)
        finally:
            for end in ends:
                os.close(end)

    def hear(self, pipe: int) -> bytes | None:
        """One piece of what the child tells there: it may never stop. Empty at the end, None while it says nothing."""
        try:
            piece = os.read(pipe, MOST_BYTES)
        except BlockingIOError:
            return None
        self.told[pipe] = (self.told[pipe] + piece)[-MOST_TOLD:]
        return piece

    def answer(self, code: int) -> None:
        """Tell the caller how its child ended. One that has gone or takes nothing in is not waited for."""
        told = [text.decode(errors="replace") for text in self.told.values()]
        with contextlib.suppress(OSError):
            self.caller.sendall(json.dumps([code, *told], ensure_ascii=False).encode() + b"\n")


class Room:
    """The callers at a socket and the children that read for them, in one loop that never waits for a single one."""

    def __init__(self, door: socket.socket, events: selectors.BaseSelector) -> None:
        self._door, self._events = door, events
        self._errands: set[Errand] = set()
        events.register(door, selectors.EVENT_READ, self._greet)

    def _greet(self) -> None:
        with contextlib.suppress(OSError):
            caller, _ = self._door.accept()
            caller.setblocking(False)
            errand = Errand(caller)
            self._errands.add(errand)
            self._events.register(caller, selectors.EVENT_READ, partial(self._listen, errand))

    def _listen(self, errand: Errand) -> None:
        """The caller says what to read; once that is known, all that can come is its end."""
        if errand not in self._errands:
            return
        try:
            piece = errand.caller.recv(MOST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        errand.order += piece
        if errand.pid:
            self._events.unregister(errand.caller)
            os.kill(errand.pid, signal.SIGKILL)
        elif not piece or len(errand.order) > MOST_BYTES:
            self._forget(errand)
        elif errand.order.endswith(b"\n"):
            self._begin(errand)

    def _begin(self, errand: Errand) -> None:
        try:
            errand.begin()
        except (OSError, ValueError, RecursionError):
            self._forget(errand)
            return
        for pipe in errand.told:
            self._events.register(pipe, selectors.EVENT_READ, partial(self._hear, errand, pipe))

    def _hear(self, errand: Errand, pipe: int) -> None:
        if errand in self._errands and errand.hear(pipe) == b"":
            self._events.unregister(pipe)

    def serve(self) -> None:
        """Do whatever comes until standard input ends, and end the children that are still reading then."""
        self._wait_for_ends()
        self._events.register(sys.stdin, selectors.EVENT_READ)
        while ready := self._events.select():
            for key, _ in ready:
                if key.fileobj is sys.stdin:
                    self._close()
                    return
                key.data()

    def _wait_for_ends(self) -> None:
        """Have the end of a child wake the loop."""
        ends, told = socket.socketpair()
        told.setblocking(False)
        signal.set_wakeup_fd(told.detach(), warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)  # without a handler there would be no waking

        def woken() -> None:
            ends.recv(MOST_BYTES)
            self._bury()

        self._events.register(ends, selectors.EVENT_READ, woken)

    def _bury(self) -> None:
        """Answer for the children that have ended; waited for, so that their CPU time is on our account."""
        for errand in [each for each in self._errands if each.pid]:
            pid, status = os.waitpid(errand.pid, os.WNOHANG)
            if pid:
                for pipe in errand.told:
                    all(errand.hear(pipe) for _ in range(LAST_WORDS))
                errand.answer(os.waitstatus_to_exitcode(status))
                self._forget(errand)

    def _close(self) -> None:
        for errand in self._errands:
            if errand.pid:
                os.kill(errand.pid, signal.SIGKILL)

    def _forget(self, errand: Errand) -> None:
        self._errands.discard(errand)
        sources: tuple[socket.socket | int, ...] = (errand.caller, *errand.told)
        for source in sources:
            with contextlib.suppress(KeyError):
                self._events.unregister(source)
        errand.caller.close()
        for pipe in errand.told:
            os.close(pipe)


def run(address: str) -> None:
    """Serve callers until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is for who started us
    keep_freed_memory()
    Image.preinit()  # else each child would import the formats anew
    warm_up(Path(f"{address}.mp4"))
    gc.freeze()  # and its collector would copy every page it looks at
    Path(address).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as events:
        door.bind(address)
        Path(address).chmod(0o600)
        door.listen(WAITING)
        room = Room(door, events)
        room.serve()


def warm_up(path: Path) -> None:
    """Read a clip of our own, written to `path` meanwhile: what the decoders set up once is there for every child."""
    with av.open(str(path), "w", format="mp4") as target:
        stream = target.add_stream("libx264", rate=24, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 64, 64, "yuv420p"
        stream.codec_context.thread_count = 1
        target.mux([*stream.encode(av.VideoFrame(64, 64, "yuv420p")), *stream.encode()])
    child.probe_job(str(path))
    path.unlink()


def read_file(order: list[str], say: int, cry: int, room: int) -> None:
    """The child of the process `room`: its output goes to the two pipes, its limits are set before the file is opened.

    Nothing else of ours stays open in it: a decoder that was taken over reaches no other caller.
    """
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if LIBC:
        LIBC.prctl(DIE_WITH_PARENT, signal.SIGKILL)
    if os.getppid() != room:  # it died before
        return
    os.setsid()
    os.dup2(say, 1)
    os.dup2(cry, 2)
    os.closerange(3, MOST_FILES)
    child.main(order)


def _and_leave[**P](act: Callable[P, None], *given: P.args, **named: P.kwargs) -> NoReturn:
    """A fork never comes back into the loop of its parent; what goes wrong in it is told on standard error."""
    code = 1
    try:
        act(*given, **named)
        code = 0
    except BaseException as error:
        os.write(2, f"{type(error).__name__}: {error}\n".encode())
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    run(sys.argv[1])
