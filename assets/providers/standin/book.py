"""The stand-in's memory: tasks, balance and prices, and with a state directory the journal that outlives a restart."""

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

# Kling 2.6, both models: credits by seconds and sound.
PRICES: Mapping[tuple[str, bool], Decimal] = MappingProxyType(
    {("5", False): Decimal(55), ("5", True): Decimal(110), ("10", False): Decimal(110), ("10", True): Decimal(220)}
)


def now_ms() -> int:
    """Milliseconds since 1970."""
    return time.time_ns() // 1_000_000


@dataclass
class Task:
    """A task that was accepted. `end` is "" while it runs, then success or fail; `charged` is what it took so far."""

    task_id: str
    model: str
    input: dict[str, Any]
    callback_url: str
    base_url: str
    charged: Decimal
    faults: dict[str, float]
    created_ms: int
    completed_ms: int | None = None
    end: str = ""
    fail_code: str = ""
    fail_message: str = ""
    release: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)
    over: threading.Event = field(default_factory=threading.Event, repr=False, compare=False)

    @property
    def prompt(self) -> str:
        return str(self.input["prompt"])

    @property
    def route(self) -> str:
        return self.model.rpartition("/")[2]

    @property
    def result_url(self) -> str:
        if "private-link" in self.faults:
            return f"https://10.0.0.1/results/{self.task_id}.mp4"
        return f"{self.base_url}/results/{self.task_id}.mp4"

    def state(self, latency: float | None) -> str:
        """What recordInfo calls its state, when tasks take `latency` seconds (None: until they are told)."""
        if self.end:
            return self.end
        if latency is None or "never" in self.faults:
            return "waiting"
        share = (now_ms() - self.created_ms) / 1000 / max(latency, 0.001)
        return "waiting" if share < 0.15 else "queuing" if share < 0.35 else "generating"


class OutOfCredits(Exception):
    """The balance is smaller than the price."""


class Book:
    """All tasks and the balance. Safe between threads. `journal` is the append-only file, or None."""

    def __init__(self, balance: Decimal, journal: Path | None) -> None:
        self.balance = balance
        self.tasks: dict[str, Task] = {}
        self._lock = threading.Lock()
        self._journal = journal
        self._last_ms = 0
        if journal is not None and journal.exists():
            for line in journal.read_text().splitlines():
                self._replay(line)

    def accept(
        self, model: str, given: dict[str, Any], callback_url: str, base_url: str, faults: dict[str, float]
    ) -> Task:
        """Make a task and charge it. Raises OutOfCredits."""
        price = PRICES[(given["duration"], given["sound"])] * (2 if "overcharge" in faults else 1)
        with self._lock:
            if self.balance < price:
                raise OutOfCredits
            self.balance -= price
            self._last_ms = max(now_ms(), self._last_ms + 1)
            task_id = f"task_kling-2.6_{self._last_ms}"
            task = Task(task_id, model, given, callback_url, base_url, price, dict(faults), self._last_ms)
            self.tasks[task_id] = task
            self._write("accepted", task)
        return task

    def end(self, task: Task, end: str, failure: tuple[str, str] = ("", ""), *, refund: bool = False) -> None:
        """End a task, once; `refund` gives the credits back."""
        with self._lock:
            if task.end:
                return
            if refund:
                self.balance += task.charged
                task.charged = Decimal(0)
            task.fail_code, task.fail_message = failure
            task.completed_ms, task.end = now_ms(), end
            self._write("ended", task)
        task.over.set()

    def other_than(self, task: Task) -> str:
        """The id of the newest task but this one; of a task of nobody while there is no other."""
        return next((other.task_id for other in reversed(self.snapshot()) if other is not task), "task_of_nobody")

    def snapshot(self) -> list[Task]:
        """The tasks accepted so far, oldest first."""
        with self._lock:
            return list(self.tasks.values())

    def _write(self, event: str, task: Task) -> None:
        if self._journal is None:
            return
        kept = {name: value for name, value in vars(task).items() if not isinstance(value, threading.Event)}
        line = {"event": event, "balance": str(self.balance), "task": {**kept, "charged": str(task.charged)}}
        with self._journal.open("a") as file:
            file.write(json.dumps(line) + "\n")

    def _replay(self, line: str) -> None:
        """Take a line of the journal back in; the last line may be half written if the power went."""
        try:
            entry = json.loads(line)
        except ValueError:
            return
        task = Task(**{**entry["task"], "charged": Decimal(entry["task"]["charged"])})
        if task.end:
            task.over.set()
        self.tasks[task.task_id] = task
        self.balance, self._last_ms = Decimal(entry["balance"]), max(self._last_ms, task.created_ms)
