"""Many episodes on several processes, each with a database of its own in memory, and their totals."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

KINDS = ("lost", "paid twice", "overspent", "wrong", "broken")
CHUNK = 25
SHOWN = 20
_here: dict[str, Any] = {}


def prepare() -> None:
    """Django on an empty database in the memory of this process, and the studio in it."""
    here = {"DATABASE_URL": "sqlite://:memory:", "DEBUG": "true", "LOG_LEVEL": "ERROR"}
    os.environ.update(here, DJANGO_SETTINGS_MODULE="kling_cms.settings")
    import django  # noqa: PLC0415  # reads the environment that was just set

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.DEBUG = False
    call_command("migrate", verbosity=0)
    from tests.simulation.studio import found_studio  # noqa: PLC0415

    _here["studio"] = found_studio()


def play(seeds: range) -> tuple[Counter[str], list[str], float]:
    """Faults and breaches of these episodes by kind, a line a breach, and the longest time to settle in seconds."""
    from tests.simulation.episode import run_episode  # noqa: PLC0415

    counts: Counter[str] = Counter()
    lines: list[str] = []
    longest = 0.0
    for seed in seeds:
        outcome = run_episode(seed, _here["studio"])
        counts += outcome.faults
        counts.update(breach.kind for breach in outcome.breaches)
        lines += [f"seed {seed}: {breach.kind}: {breach.text}" for breach in outcome.breaches]
        longest = max(longest, outcome.settled)
    return counts, lines, longest


def report(episodes: int, results: Iterable[tuple[Counter[str], list[str], float]]) -> bool:
    """Print breaches as they come and the totals as the last line; whether there was none."""
    counts: Counter[str] = Counter()
    longest, breaches, done, begun = 0.0, 0, 0, time.monotonic()
    for some, lines, settled in results:
        counts += some
        longest, breaches, done = max(longest, settled), breaches + len(lines), done + CHUNK
        sys.stdout.writelines(f"{line}\n" for line in lines[:SHOWN])
        if done % 500 == 0:
            sys.stdout.write(f"# {min(done, episodes)} episodes, {time.monotonic() - begun:.0f} s\n")
            sys.stdout.flush()
    faults = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()) if name not in KINDS)
    bad = ", ".join(f"{kind} {counts[kind]}" for kind in KINDS)
    sys.stdout.write(f"# faults: {faults}\n")
    sys.stdout.write(
        f"simulation: {episodes} episodes in {time.monotonic() - begun:.0f} s, {bad}, "
        f"longest time to settle {longest:.0f} s of virtual time\n"
    )
    return breaches == 0
