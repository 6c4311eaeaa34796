"""Many episodes on several processes, each with a database of its own in memory, and their totals."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

KINDS = ("lost", "paid twice", "overspent", "wrong", "broken")
CHUNK = 25
SHOWN = 20
IN_MEMORY = Path("/dev/shm")  # noqa: S108  # not for secrets: bytes of pretended clips
_here: dict[str, Any] = {}


def prepare(nice: int = 0) -> None:
    """Django on an empty database in the memory of this process, and the studio in it."""
    os.nice(nice)
    here = {"DATABASE_URL": "sqlite://:memory:", "DEBUG": "true", "LOG_LEVEL": "ERROR"}
    os.environ.update(here, DJANGO_SETTINGS_MODULE="kling_cms.settings")
    import django  # noqa: PLC0415  # reads the environment that was just set

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    settings.DEBUG = False
    # An episode runs some 650 statements; Python keeps 128 prepared.
    settings.DATABASES["default"]["OPTIONS"]["cached_statements"] = 1000
    call_command("migrate", verbosity=0)
    from tests.simulation.studio import found_studio  # noqa: PLC0415

    _here["studio"] = found_studio()
    _spare()


def _spare() -> None:
    """Clips go to memory instead of a disk, and what stays for ever is not looked at by the garbage collector."""
    if os.access(IN_MEMORY, os.W_OK):
        tempfile.tempdir = str(IN_MEMORY)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


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


def report(episodes: int, results: Iterable[tuple[Counter[str], list[str], float]]) -> tuple[Counter[str], float]:
    """Print breaches as they come, the totals last; faults and breaches by kind, and the longest time to settle."""
    counts: Counter[str] = Counter()
    longest, done, begun = 0.0, 0, time.monotonic()
    for some, lines, settled in results:
        counts += some
        longest, done = max(longest, settled), done + CHUNK
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
    return counts, longest


def play_all(seed: int, episodes: int, processes: int, nice: int = 0) -> tuple[Counter[str], float]:
    """Play the episodes from a seed on, on so many processes that stand back by `nice`; as `report`."""
    end = seed + episodes
    chunks = [range(start, min(start + CHUNK, end)) for start in range(seed, end, CHUNK)]
    with get_context("spawn").Pool(processes, prepare, (nice,)) as pool:
        return report(episodes, pool.imap_unordered(play, chunks))
