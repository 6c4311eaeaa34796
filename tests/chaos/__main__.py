"""`python -m tests.chaos --episodes 40 --seed 1 [--simulate 2000]`: exit 1 with the seeds that repeat each breach."""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.company import KIE_KEY, ROOT, WEBHOOK_KEY
from tests.live.product import free_port, own_database

KINDS = ("lost", "paid twice", "overspent", "wrong", "broken")
BATCH = 40


@dataclass
class Totals:
    """Of all batches."""

    episodes: int = 0
    settled: float = 0.0
    breaches: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)

    def add(self, told: dict[str, Any], seed: int, episodes: int) -> None:
        """Count a batch, and say what is wrong in it."""
        self.episodes += episodes
        self.settled = max(self.settled, told["settled"])
        self.faults.update(told["faults"])
        for kind, text in told["breaches"]:
            self.breaches[kind] += 1
            of_one = re.search(r"\bs(\d+)k\d", text)
            again = f"--episodes 1 --seed {of_one[1]}" if of_one else f"--episodes {episodes} --seed {seed}"
            sys.stdout.write(f"{kind}: {text}\n    again: python -m tests.chaos {again}\n")

    def line(self) -> str:
        """All in a line."""
        bad = ", ".join(f"{kind} {self.breaches[kind]}" for kind in KINDS)
        return f"chaos: {self.episodes} episodes, {bad}, longest time to settle {self.settled:.0f} s"


def play(seed: int, episodes: int, keep: bool) -> dict[str, Any]:
    """One batch in a process of its own, since each has a database of its own. Raises CalledProcessError."""
    folder = Path(tempfile.mkdtemp(prefix="chaos-"))
    with own_database(folder) as address:
        command = [sys.executable, "-m", "tests.chaos.one", str(seed), str(episodes), str(folder)]
        done = subprocess.run(command, cwd=ROOT, env=environment(folder, address), stdout=subprocess.PIPE, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if told["breaches"] or keep:
        sys.stdout.write(f"# what the processes said stands in {folder}\n")
    else:
        shutil.rmtree(folder)
    return told


def environment(folder: Path, database: str) -> dict[str, str]:
    """The configuration of all processes of a batch; nothing of this shell but the path reaches them."""
    kie = f"http://127.0.0.1:{free_port()}"
    (folder / "tmp").mkdir()
    return {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        "PYTHONPATH": str(ROOT),
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "CHAOS_FOLDER": str(folder / "control"),
        "TMPDIR": str(folder / "tmp"),
        "SECRET_KEY": "chaos-secret-key-that-nobody-may-log-anywhere",
        "INSECURE_HTTP": "true",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DATABASE_URL": database,
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "PUBLIC_URL": f"http://127.0.0.1:{free_port()}",
        "KIE_API_URL": kie,
        "KIE_UPLOAD_URL": kie,
        "KIE_API_KEY": KIE_KEY,
        "KIE_WEBHOOK_KEY": WEBHOOK_KEY,
        "KIE_CREATES_PER_10S": "100",
        "KIE_ASKS_PER_SECOND": "50",
        "OUTGOING_ALLOWED": kie.removeprefix("http://"),
        "EMAIL_URL": "dummy:",
    }


def main() -> int:
    """Play the episodes; a seed alone repeats one."""
    options = argparse.ArgumentParser(prog="python -m tests.chaos")
    options.add_argument("--episodes", type=int, default=BATCH)
    options.add_argument("--seed", type=int, default=1, help="of the first episode")
    options.add_argument("--keep", action="store_true", help="keep database and logs although nothing is wrong")
    chosen = options.parse_args()
    totals, begun = Totals(), time.monotonic()
    for first in range(chosen.seed, chosen.seed + chosen.episodes, BATCH):
        episodes = min(BATCH, chosen.seed + chosen.episodes - first)
        totals.add(play(first, episodes, chosen.keep), first, episodes)
        sys.stdout.write(f"# {totals.episodes} chaos episodes, {time.monotonic() - begun:.0f} s\n")
        sys.stdout.flush()
    faults = ", ".join(f"{name} {number}" for name, number in sorted(totals.faults.items()))
    sys.stdout.write(f"# faults: {faults}\n{totals.line()}\n")
    return 1 if totals.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
