"""The room where bytes from outside are read: a process that has the decoders loaded and forks children for it.

Started as `python -m assets.media.room <socket>` by `manage.py work`, with an empty environment: there is no key in its
memory. A fork costs some milliseconds where a new interpreter costs two hundred. A caller writes one line of JSON to
the socket, `["<CPU seconds>", "<job>", "<path>", ...]`, and reads one: `[exit code, answer, stderr]`. A caller that
goes away takes its child along. The room ends when its standard input does, so it never outlives the process that
started it, and its children never outlive the room.
"""

import contextlib
import gc
import json
import selectors
import signal
import socket
import sys
from functools import partial
from pathlib import Path

import av
from PIL import Image

from assets.media import child
from assets.media.reader import AGAIN, MOST_BYTES, Reader
from projects.allocator import keep_freed_memory

WAITING = 64
MOST_RESTING = 4
LOOK_SECONDS = 1.0  # between two looks whether a child that has read before is late


class Errand:
    """One caller and the file it wants read; `reader` is the child that does, None until it is known what to read."""

    def __init__(self, caller: socket.socket) -> None:
        self.caller = caller
        self.said = b""
        self.reader: Reader | None = None

    @property
    def order(self) -> list[str]:
        """What to do: CPU seconds, job, path and more. Raises ValueError for what is no order."""
        order = json.loads(self.said)
        if not (isinstance(order, list) and len(order) > 2 and all(isinstance(word, str) for word in order)):
            raise ValueError("an order is a list of at least three strings")
        return order

    def tell(self, code: int, *told: str) -> None:
        """How reading ended. A caller that has gone or takes nothing in is not waited for."""
        with contextlib.suppress(OSError):
            self.caller.sendall(json.dumps([code, *told], ensure_ascii=False).encode() + b"\n")


class Room:
    """The callers at a socket and the children that read for them, in one loop that never waits for a single one."""

    def __init__(self, door: socket.socket, events: selectors.BaseSelector) -> None:
        self._door, self._events = door, events
        self._readers: dict[Reader, Errand | None] = {}
        self._resting: list[Reader] = []
        events.register(door, selectors.EVENT_READ, self._greet)

    def _greet(self) -> None:
        with contextlib.suppress(OSError):
            caller, _ = self._door.accept()
            caller.setblocking(False)
            self._events.register(caller, selectors.EVENT_READ, partial(self._listen, Errand(caller)))

    def _listen(self, errand: Errand) -> None:
        """The caller says what to read; once that is known, all that can come is its end."""
        if errand.caller.fileno() < 0:
            return
        try:
            piece = errand.caller.recv(MOST_BYTES)
        except BlockingIOError:
            return
        except OSError:
            piece = b""
        errand.said += piece
        if errand.reader:
            self._forget(errand)
            self._let_go(errand.reader)
        elif not piece or len(errand.said) > MOST_BYTES:
            self._forget(errand)
        elif errand.said.endswith(b"\n"):
            self._begin(errand)

    def _begin(self, errand: Errand) -> None:
        """Have the file read: by a child that rests, where it is for that, or by a new one."""
        try:
            order = errand.order
        except (ValueError, RecursionError):
            self._forget(errand)
            return
        if self._resting and order[1] in AGAIN:
            rested = self._resting.pop()
            with contextlib.suppress(OSError):  # it ended while it rested
                if rested.is_quiet:
                    self._give(rested, errand, order)
                    return
            self._let_go(rested)
        self._begin_afresh(errand)

    def _begin_afresh(self, errand: Errand) -> None:
        try:
            reader = self._new_reader()
        except OSError:
            self._forget(errand)
            return
        try:
            self._give(reader, errand, errand.order)
        except OSError:
            self._forget(errand)
            self._let_go(reader)

    def _give(self, reader: Reader, errand: Errand, order: list[str]) -> None:
        errand.reader, self._readers[reader] = reader, errand
        reader.ask(order)

    def _new_reader(self) -> Reader:
        reader = Reader()
        self._readers[reader] = None
        self._events.register(reader.line, selectors.EVENT_READ, partial(self._hear, reader))
        self._events.register(reader.errors, selectors.EVENT_READ, partial(self._hear_errors, reader))
        return reader

    def _hear(self, reader: Reader) -> None:
        if reader not in self._readers:
            return
        if self._readers[reader] is None:  # it rests, or was let go
            self._let_go(reader)
        elif not reader.hear():
            self._events.unregister(reader.line)
            reader.kill()
        elif reader.has_answered:
            self._answer(reader, 0)
            self._rest(reader)

    def _hear_errors(self, reader: Reader) -> None:
        if reader in self._readers and not reader.hear_errors():
            self._events.unregister(reader.errors)

    def _look_after_used(self) -> float | None:
        """End the children that have read before and are late; seconds until the next look, None without any such."""
        used = [reader for reader in self._readers if reader.files]
        for reader in used:
            if reader in self._resting and reader.is_late:
                self._let_go(reader)
            elif reader.is_late:  # its file is read again by a new one
                reader.kill()
        return LOOK_SECONDS if used else None

    def _answer(self, reader: Reader, code: int) -> None:
        """Tell the caller how reading ended, unless a new child must look first; see `reader.py`."""
        errand, self._readers[reader] = self._readers[reader], None
        if errand and reader.files and (code or reader.condemns):
            self._begin_afresh(errand)
        elif errand:
            errand.tell(code, *reader.told)
            self._forget(errand)
        reader.files += 1

    def _rest(self, reader: Reader) -> None:
        if reader.rest() and len(self._resting) < MOST_RESTING:
            self._resting.append(reader)
        else:
            self._let_go(reader)

    def _let_go(self, reader: Reader) -> None:
        """End a child that nobody waits for; `_bury` sees to the rest."""
        self._readers[reader] = None
        reader.kill()
        with contextlib.suppress(ValueError):
            self._resting.remove(reader)

    def _bury(self) -> None:
        """Answer for the children that have ended."""
        for reader in list(self._readers):
            code = reader.ended()
            if code is None:
                continue
            with contextlib.suppress(ValueError):
                self._resting.remove(reader)
            self._answer(reader, code)
            for source in (reader.line, reader.errors):
                with contextlib.suppress(KeyError):
                    self._events.unregister(source)
            del self._readers[reader]
            reader.close()

    def serve(self) -> None:
        """Do whatever comes until standard input ends, and end the children that are still reading then."""
        self._wait_for_ends()
        self._events.register(sys.stdin, selectors.EVENT_READ)
        while True:
            for key, _ in self._events.select(self._look_after_used()):
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

    def _close(self) -> None:
        for reader in self._readers:
            reader.kill()

    def _forget(self, errand: Errand) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self._events.unregister(errand.caller)
        errand.caller.close()


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


if __name__ == "__main__":
    run(sys.argv[1])
