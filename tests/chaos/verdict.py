"""The verdict on a batch: the simulation's judge, before whom the stand-in's record stands as the oracle."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from assets.invariants.clips import DEEP
from assets.models import Attempt
from assets.providers.standin.record import Charge, read_record
from kling_cms.invariants import check
from tests.chaos.company import KIE_KEY, WEBHOOK_KEY
from tests.simulation.judge import Breach, judge


@dataclass(frozen=True)
class Remembered:
    """A task of the record, with its clip."""

    charge: Charge
    results: Path

    @property
    def task_id(self) -> str:
        return self.charge.task_id

    @property
    def callback_url(self) -> str:
        return self.charge.callback_url

    @property
    def end(self) -> str:
        return self.charge.end

    @property
    def charged(self) -> Decimal:
        return self.charge.credits

    @property
    def content(self) -> bytes:
        """The bytes of its clip."""
        file = self.results / f"{self.task_id}.mp4"
        return file.read_bytes() if file.exists() else b""


class Oracle:
    """What Kie accepted and charged. `sent`: how many tasks each attempt's address brought."""

    def __init__(self, state: Path) -> None:
        record = read_record(state / "record.jsonl")
        self.tasks = {task_id: Remembered(charge, state / "results") for task_id, charge in record.items()}
        self.sent = Counter(charge.callback_url for charge in record.values())


@dataclass
class Promises:
    """Takes that people were told are queued, by key."""

    promised: dict[str, int] = field(default_factory=dict)


def verdict(state: Path, promised: dict[str, int], logs: list[Path]) -> Iterator[Breach]:
    """Everything that is wrong once all has come to rest."""
    yield from judge(Oracle(state), Promises(promised))
    for finding in check(DEEP):
        yield from (Breach("wrong", f"{finding.invariant.name}: {row}") for row in finding.rows)
    yield from secrets_in(logs)


def secrets_in(logs: list[Path]) -> Iterator[Breach]:
    """No key and no token may stand in a log."""
    secret = {KIE_KEY, WEBHOOK_KEY, *Attempt.objects.values_list("token", flat=True)}
    for log in logs:
        text = log.read_text(errors="replace")
        found = secret.intersection(re.findall(r"[0-9a-f]{32}|chaos-[a-z-]+", text))
        yield from (Breach("wrong", f"{log.name} tells {one[:12]}…") for one in sorted(found))
