"""The room where bytes from outside are read: a process that has the decoders loaded and forks a child for each file.

Started as `python -m assets.media.room <socket>` by `manage.py work`, with an empty environment: there is no key in its
memory. A fork costs some milliseconds where a new interpreter costs two hundred. A caller writes one line of JSON to
the socket, `["<CPU seconds>", "<job>", "<path>", ...]`, and reads one: `[exit code, stdout, stderr]`. The room ends
when its standard input does, so it never outlives the process that started it.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from PIL import Image

from assets.media import child

MOST_BYTES = 64 * 1024
WAITING = 64


def run(address: str) -> None:
    """Serve callers until standard input ends."""
    signal.signal(signal.SIGCHLD, lambda *_: _reap())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at a terminal is for who started us
    Image.preinit()  # else each child would import the formats anew
    gc.freeze()  # and its collector would copy every page it looks at
    Path(address).unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as door, selectors.DefaultSelector() as events:
        door.bind(address)
        Path(address).chmod(0o600)
        door.listen(WAITING)
        events.register(door, selectors.EVENT_READ)
        events.register(sys.stdin, selectors.EVENT_READ)
        while all(key.fileobj is door for key, _ in events.select()):
            caller, _ = door.accept()
            with caller:
                if os.fork() == 0:
                    door.close()
                    _and_leave(attend, caller)


def _reap() -> None:
    """Bury the attendants that have ended; waited for, so that their CPU time is on our account."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def attend(caller: socket.socket) -> None:
    """One file for one caller, in a child of its own; it is killed when the caller goes away."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    with caller.makefile("rb") as lines:
        order = json.loads(lines.readline(MOST_BYTES) or "[]")
    if not order:  # somebody only looked whether we are here
        return
    said, say = os.pipe()
    cried, cry = os.pipe()
    pid = os.fork()
    if pid == 0:
        caller.close()
        _and_leave(read_file, order, say, cry)
    os.close(say)
    os.close(cry)
    told = _listen(caller, pid, said, cried)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    caller.sendall(json.dumps([code, *told]).encode() + b"\n")


def read_file(order: list[str], say: int, cry: int) -> None:
    """The child: its output goes to the two pipes, its limits are set before the file is opened."""
    os.setsid()
    os.dup2(say, 1)
    os.dup2(cry, 2)
    child.main(order)


def _listen(caller: socket.socket, pid: int, *pipes: int) -> list[str]:
    """What comes out of each pipe, to its end."""
    told = dict.fromkeys(pipes, b"")
    with selectors.DefaultSelector() as events:
        for source in (caller.fileno(), *pipes):
            events.register(source, selectors.EVENT_READ)
        open_pipes = set(pipes)
        while open_pipes:
            for key, _ in events.select():
                if key.fd == caller.fileno():  # it has nothing more to say, so it has gone
                    os.kill(pid, signal.SIGKILL)
                    events.unregister(caller)
                elif piece := os.read(key.fd, MOST_BYTES):
                    told[key.fd] = (told[key.fd] + piece)[-MOST_BYTES:]
                else:
                    events.unregister(key.fd)
                    open_pipes.remove(key.fd)
    return [each.decode(errors="replace") for each in told.values()]


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
