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
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.chaos.company import KIE_KEY, ROOT, WEBHOOK_KEY
from tests.chaos.totals import KINDS, Totals, last_line
from tests.live.product import free_port, own_database
from tests.simulation.many import play_all

BATCH = 40
NICE = 10


def count(totals: Totals, told: dict[str, Any], seed: int, episodes: int) -> None:
    """Add a batch, and say what is wrong in it."""
    totals.episodes += episodes
    totals.settled = max(totals.settled, told["settled"])
    totals.faults.update(told["faults"])
    for kind, text in told["breaches"]:
        totals.breaches[kind] += 1
        of_one = re.search(r"\bs(\d+)k\d", text)
        again = f"--episodes 1 --seed {of_one[1]}" if of_one else f"--episodes {episodes} --seed {seed}"
        sys.stdout.write(f"{kind}: {text}\n    again: python -m tests.chaos {again}\n")


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
        **{name: os.environ[name] for name in ("PATH", "HOME", "CHAOS_DEFECT") if name in os.environ},
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


def storms(seed: int, episodes: int, keep: bool) -> Totals:
    """Chaos, a batch after the other."""
    totals, begun = Totals(), time.monotonic()
    for first in range(seed, seed + episodes, BATCH):
        some = min(BATCH, seed + episodes - first)
        count(totals, play(first, some, keep), first, some)
        sys.stdout.write(f"# {totals.episodes} chaos episodes, {time.monotonic() - begun:.0f} s\n")
        sys.stdout.flush()
    sys.stdout.write(f"# faults: {totals.details()}\n")
    return totals


def simulate(seed: int, episodes: int) -> Totals:
    """The simulation, on every processor."""
    if not episodes:
        return Totals()
    counts, settled = play_all(seed, episodes, os.cpu_count() or 1, nice=NICE)
    breaches = Counter({kind: counts.pop(kind, 0) for kind in KINDS})
    return Totals(episodes, settled, breaches, counts)


def main() -> int:
    """Play the episodes; a seed alone repeats one."""
    options = argparse.ArgumentParser(prog="python -m tests.chaos")
    options.add_argument("--episodes", type=int, default=BATCH)
    options.add_argument("--simulate", type=int, default=0, help="so many episodes of the simulation as well")
    options.add_argument("--seed", type=int, default=1, help="of the first episode")
    options.add_argument("--keep", action="store_true", help="keep database and logs although nothing is wrong")
    options.add_argument("--defect", default="", help="put this one of tests.simulation.defects in: sending.NAME")
    chosen = options.parse_args()
    os.environ["CHAOS_DEFECT"] = chosen.defect
    # Beside the storms, which for the most part wait.
    with ThreadPoolExecutor(1) as aside:
        simulation = aside.submit(simulate, chosen.seed, chosen.simulate)
        chaos = storms(chosen.seed, chosen.episodes, chosen.keep)
        simulated = simulation.result()
    sys.stdout.write(f"{last_line(chaos, simulated)}\n")
    return 1 if chaos.breaches.total() + simulated.breaches.total() else 0


if __name__ == "__main__":
    sys.exit(main())
