"""What the operating system says of processes and their children. Linux: it reads /proc."""

import contextlib
import os
import signal
import threading
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
KIB = 1024
MEMORY_EVERY_SECONDS = 1.0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the name; the first is the third of the manual. Raises OSError."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def tree(roots: Iterable[int]) -> list[int]:
    """These processes and all that descend from them, as far as they live."""
    children = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                children[int(_stat(int(entry.name))[1])].append(int(entry.name))
    found = list(roots)
    for pid in found:
        found += children[pid]
    return found


def cpu_seconds(pids: Iterable[int]) -> float:
    """CPU of these processes and of their children that have ended and were waited for."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            total += sum(int(value) for value in _stat(pid)[11:15])
    return total / TICKS


def pss_bytes(pid: int) -> int:
    """The process's share of memory: pages it shares count by the number of sharers. 0 when it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * KIB
    return 0


@contextlib.contextmanager
def stopped(roots: Iterable[int]) -> Iterator[None]:
    """Hold a whole tree of processes still meanwhile."""
    pids = tree(roots)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


class MemoryWatch:
    """Looks at a tree once a second while it is open; `peak` is the largest sum of bytes, `processes` how many then."""

    def __init__(self, roots: Iterable[int]) -> None:
        self._roots = list(roots)
        self.peak = self.processes = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self.look()

    def look(self) -> None:
        """Take one reading."""
        shares = [share for pid in tree(self._roots) if (share := pss_bytes(pid))]
        if sum(shares) > self.peak:
            self.peak, self.processes = sum(shares), len(shares)

    def _watch(self) -> None:
        while not self._stop.wait(MEMORY_EVERY_SECONDS):
            self.look()


def wait_for_line(process_stdout: Iterator[str], what: str, patience: float = 120.0) -> str:
    """The next line of a child. Raises SystemExit when it ends or is silent for too long."""
    found: list[str] = []
    reader = threading.Thread(target=lambda: found.append(next(process_stdout, "")), daemon=True)
    reader.start()
    reader.join(patience)
    if not found or not found[0]:
        raise SystemExit(f"{what} said nothing for {patience:.0f} s, or ended.")
    return found[0].strip()
