"""The verdict on a batch: the simulation's judge, before whom the stand-in's record stands as the oracle."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from assets.models import Attempt, Clip
from assets.providers.standin.record import Charge, read_record
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


class Record:
    """What Kie accepted and charged. `sent`: how many tasks each attempt's address brought."""

    def __init__(self, state: Path) -> None:
        record = read_record(state / "record.jsonl")
        self.tasks = {task_id: Remembered(charge, state / "results") for task_id, charge in record.items()}
        self.sent = Counter(charge.callback_url for charge in record.values())


def verdict(state: Path, promised: dict[str, int], logs: list[Path]) -> Iterator[Breach]:
    """Everything that is wrong once all has come to rest."""
    yield from judge(Record(state), promised)
    yield from spoilt_files()
    yield from secrets_in(logs)


def spoilt_files() -> Iterator[Breach]:
    """Every clip's stored bytes have its hash. What they show is what the record's clip shows, since hashes are one."""
    for clip in Clip.objects.all():
        with clip.file.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != clip.sha256:
                yield Breach("wrong", f"clip {clip.pk} has other bytes than its row says")


def secrets_in(logs: list[Path]) -> Iterator[Breach]:
    """No key and no token may stand in a log."""
    secret = {KIE_KEY, WEBHOOK_KEY, *Attempt.objects.values_list("token", flat=True)}
    for log in logs:
        text = log.read_text(errors="replace")
        found = secret.intersection(re.findall(r"[0-9a-f]{32}|chaos-[a-z-]+", text))
        yield from (Breach("wrong", f"{log.name} tells {one[:12]}…") for one in sorted(found))
