"""The provider as functions, and as the oracle: what it accepted and charged is never forgotten here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import BinaryIO

from django.utils import timezone

from assets.providers import base
from assets.providers.base import Accepted, TaskRecord, VideoRequest

PRICE = Decimal(55)
REFUSALS: tuple[Callable[[], base.ProviderError], ...] = (
    lambda: base.RateLimited("Too many requests", code="429", retry_after=3),
    lambda: base.Maintenance("Maintenance", code="455"),
    lambda: base.NotConnected("No connection"),
    lambda: base.InvalidInput("Wrong parameters", code="422"),
    lambda: base.ModelClosed("Switched off", code="505"),
    lambda: base.BadKey("No access", code="401"),
    lambda: base.OutOfCredits("Credits insufficient", code="402"),
    lambda: base.KeyCapped("The key's cap", code="433"),
)
REFUSAL_WEIGHTS = (6, 3, 4, 2, 1, 0.5, 1, 0.5)
# How a task ends, and how often.
ENDS = {"success": 64, "fail": 9, "fail-charged": 5, "never": 3, "empty": 4, "overcharge": 5, "no-figure": 6}
CALLBACKS = {"once": 45, "none": 20, "twice": 14, "late": 6, "early": 7, "wrong-task": 16, "forged": 3}


@dataclass
class Task:
    """One accepted task; `charged` is what it took in credits, in the end."""

    task_id: str
    prompt: str
    callback_url: str
    accepted_at: datetime
    done_at: datetime
    known_at: datetime
    end: str
    charged: Decimal

    @property
    def content(self) -> bytes:
        """The bytes of its clip."""
        return f"clip of {self.task_id}".encode()

    def state(self, now: datetime) -> base.TaskState:
        """What recordInfo calls it."""
        if self.end == "never" or now < self.done_at:
            return "generating"
        return "fail" if self.end.startswith("fail") else "success"


@dataclass
class SimKie:
    """`base.Provider` without a network. `knock(task, kind)` plans callbacks; `seam` is where callers can be cut."""

    rng: Random
    seam: Callable[[], None]
    wait: Callable[[float], None]
    knock: Callable[[Task, str], None]
    stormy: bool = True
    tasks: dict[str, Task] = field(default_factory=dict)
    sent: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    balance: Decimal = Decimal(100_000)

    def create_task(self, request: VideoRequest, callback_url: str | None) -> Accepted:
        self.seam()
        self.sent[callback_url or request.prompt] += 1
        if not self.stormy:
            return self._answer(self._accept(request, callback_url))
        kind = self._choose({"good": 50, "slow": 10, "refused": 20, "answer-lost": 18, "nothing": 8})
        if kind == "refused":
            error = self.rng.choices(REFUSALS, REFUSAL_WEIGHTS)[0]()
            self.faults[type(error).__name__] += 1
            raise error
        if kind == "slow":
            self.wait(self.rng.uniform(1, 28))
        if kind == "nothing":
            raise base.Unknown("HTTP 500")
        task = self._accept(request, callback_url)
        if kind == "answer-lost":
            raise base.Unknown("The line broke off")
        return self._answer(task)

    def _accept(self, request: VideoRequest, callback_url: str | None) -> Task:
        now = timezone.now()
        end = self._choose(ENDS) if self.stormy else "success"
        charged = {"fail": Decimal(0), "overcharge": 2 * PRICE}.get(end, PRICE)
        task_id = f"task_{len(self.tasks) + 1}"
        known = now + timedelta(seconds=self.rng.choice((0, 0, 0, 8, 40)) if self.stormy else 0)
        done = now + timedelta(seconds=self.rng.uniform(5, 200))
        task = Task(task_id, request.prompt, callback_url or "", now, done, known, end, charged)
        self.tasks[task_id] = task
        self.balance -= charged
        if callback_url and end != "never":
            self.knock(task, self._choose(CALLBACKS) if self.stormy else "once")
        return task

    def _answer(self, task: Task) -> Accepted:
        self.seam()
        return Accepted(task.task_id, "{}")

    def record(self, task_id: str) -> TaskRecord:
        self.seam()
        self._stumble()
        now, task = timezone.now(), self.tasks.get(task_id)
        if task is None or now < task.known_at:
            raise base.TaskNotFound("recordInfo is null", code="422")
        state = task.state(now)
        ended = state in ("success", "fail")
        urls = (f"https://results.example/{task_id}",) if state == "success" and task.end != "empty" else ()
        return TaskRecord(
            task_id,
            "kling-2.6/text-to-video",
            state,
            callback_url=task.callback_url,
            result_urls=urls,
            fail_message="Internal Error" if state == "fail" else "",
            credits=task.charged if ended and task.end != "no-figure" else None,
            completed_at=task.done_at if ended else None,
        )

    def credit(self) -> Decimal:
        self.seam()
        self._stumble()
        return self.balance

    def download_url(self, url: str) -> str:
        self.seam()
        self._stumble()
        return f"{url}?fresh"

    def upload(self, content: bytes | BinaryIO, *, file_name: str, content_type: str) -> str:
        raise AssertionError("no take here starts from an image")

    def of(self, prompt: str) -> list[Task]:
        """All tasks of one take; its words are its own."""
        return [task for task in self.tasks.values() if task.prompt == prompt]

    def _stumble(self) -> None:
        """Free calls fail now and then."""
        if not self.stormy or self.rng.random() > 0.1:
            return
        self.faults["read-failed"] += 1
        raise self.rng.choice((base.ReadFailed("HTTP 500"), base.RateLimited("429", retry_after=1)))

    def _choose(self, weights: dict[str, int]) -> str:
        (kind,) = self.rng.choices(list(weights), list(weights.values()))
        self.faults[kind] += 1
        return kind
