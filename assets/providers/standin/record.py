"""Reading the stand-in's own record of what it accepted and charged: the truth that a test holds a ledger against."""

import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Charge:
    """A task as the stand-in remembers it: `credits` is what it took in the end, `end` "" while it runs."""

    task_id: str
    prompt: str
    callback_url: str
    credits: Decimal
    end: str
    faults: frozenset[str]


def read_record(file: Path) -> dict[str, Charge]:
    """Every task of the record by its id, each as its last line tells it; a half-written last line is left out."""
    charges: dict[str, Charge] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        try:
            task = json.loads(line)["task"]
        except ValueError:
            continue
        charges[task["task_id"]] = Charge(
            task["task_id"],
            task["input"]["prompt"],
            task["callback_url"],
            Decimal(task["charged"]),
            task["end"],
            frozenset(task["faults"]),
        )
    return charges
