"""The stand-in without its HTTP: what it remembers, and where its files lie."""

import hashlib
import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote, urlsplit

from .book import Book, Task, now_ms
from .calls import Gate
from .faults import FaultBox
from .making import Maker


class Desk:
    """Tasks, balance, faults and files behind the endpoints. The arguments are those of `server.StandIn`."""

    def __init__(
        self,
        *,
        key: str,
        webhook_key: str,
        latency: float | None,
        balance: Decimal | int,
        short_side: int,
        fps: int,
        creates_per_10s: int,
        asks_per_second: int,
        hang_seconds: float,
        faults: Iterable[str],
        state_dir: Path | None,
        record: Path | None,
    ) -> None:
        self.key, self.hang_seconds = key, hang_seconds
        self.faults = FaultBox(faults)
        self.creates, self.asks = Gate(creates_per_10s, 10), Gate(asks_per_second, 1)
        self.fresh_links: set[str] = set()
        self.stopping = threading.Event()
        self._temporary = state_dir is None
        self._folder = Path(tempfile.mkdtemp(prefix="kie-standin-")) if state_dir is None else state_dir
        for name in ("results", "uploads"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        journal = record or (None if self._temporary else self._folder / "tasks.jsonl")
        self.book = Book(Decimal(balance), journal)
        self._served: Counter[str] = Counter()
        self._serving = threading.Lock()
        self.maker = Maker(
            self.book,
            self._folder / "results",
            self._read_upload,
            latency=latency,
            short_side=short_side,
            fps=fps,
            webhook_key=webhook_key,
        )

    def close(self) -> None:
        """Let go of all tasks, and of the files if they are temporary."""
        self.stopping.set()
        self.maker.stop()
        if self._temporary:
            shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def accepted(self) -> list[Task]:
        """Every task that was accepted, oldest first."""
        return self.book.snapshot()

    @property
    def balance(self) -> Decimal:
        """Credits left. May be set."""
        return self.book.balance

    @balance.setter
    def balance(self, credits: Decimal | int) -> None:
        self.book.balance = Decimal(credits)

    @property
    def callbacks(self) -> list[tuple[str, str, int]]:
        """Every callback that was tried: task id, URL, HTTP status of the answer (0: none)."""
        return list(self.maker.bell.rung)

    def wait_until(self, true: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait until something holds, at most `timeout` seconds. Returns whether it does."""
        deadline = time.monotonic() + timeout
        while not (holds := true()) and time.monotonic() < deadline and not self.stopping.wait(0.02):
            pass
        return holds

    def visible_task(self, task_id: str) -> Task | None:
        """The task as far as recordInfo knows it."""
        task = self.book.tasks.get(task_id)
        late = task.faults.get("late-record", 0.0) if task else 0.0
        return task if task and now_ms() - task.created_ms >= late * 1000 else None

    def result_file(self, task_id: str) -> Path:
        """Where a task's result lies."""
        return self._folder / "results" / f"{task_id}.mp4"

    def result_fault(self, task: Task) -> str | None:
        """What is wrong with this look at a task's result, counted: such faults hold for the first VALUE looks."""
        with self._serving:
            self._served[task.task_id] += 1
            looks = self._served[task.task_id]
        found = (name for name, times in task.faults.items() if name.startswith("result-") and looks <= times)
        return next(found, None)

    def upload_file(self, path: str) -> Path:
        """Where the upload with this URL path lies. The name is a hash, so that no path leads out of the folder."""
        return self._folder / "uploads" / hashlib.sha256(path.encode()).hexdigest()[:40]

    def _read_upload(self, url: str) -> bytes | None:
        """The bytes of one of our own uploads, None if the URL is none."""
        path = unquote(urlsplit(url).path)
        file = self.upload_file(path)
        return file.read_bytes() if path.startswith("/files/") and file.exists() else None
