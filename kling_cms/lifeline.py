"""No orphans: a process that ends with its parent, however the parent ends, and whose forks do the same.

Linux sends a signal when the parent dies. Elsewhere a thread looks once a second.
`python -m kling_cms.lifeline PARENT COMMAND ...` ties any program so, on Linux only.
"""

import ctypes
import os
import signal
import sys
import threading
import time

PR_SET_PDEATHSIG = 1
LOOK_SECONDS = 1.0


def die_with_parent(parent: int) -> None:
    """End this process when the process `parent` (its id), which started it, is gone; forks follow their own parent."""
    _tie(parent)
    here = threading.local()

    def before() -> None:
        here.parent = os.getpid()

    def after() -> None:
        _tie(here.parent)

    os.register_at_fork(before=before, after_in_child=after)


def _tie(parent: int) -> None:
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_watch, args=(parent,), daemon=True, name="lifeline").start()
    if os.getppid() != parent:  # it died before we were tied
        os._exit(1)


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_SECONDS)
    os._exit(1)


# Loaded before any fork: a fork of a threaded process may not load libraries.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


if __name__ == "__main__":
    _tie(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # the command line is our caller's own
