"""The rows of the section, by name: each measures its sides in turn and prints its figures."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.bench.engine.database import Databases
from tests.bench.engine.product import run_product
from tests.bench.engine.report import Bar, remark, say
from tests.bench.engine.runs import Run, run_program
from tests.bench.engine.standin import LoadKie

ROUNDS = int(os.environ.get("ROUNDS", "3"))
JOBS = int(os.environ.get("BENCH_JOBS", "200"))
MIB = 1024 * 1024


def middle(runs: Sequence[Run], figure: Callable[[Run], float]) -> float:
    """The median of one figure."""
    return median(figure(run) for run in runs)


@dataclass
class Bench:
    """The sides, and the rounds that several rows read."""

    kie: LoadKie
    databases: Databases
    _rounds: dict[bool, tuple[list[Run], list[Run]]] = field(default_factory=dict)

    def rounds(self, *, posters: bool) -> tuple[list[Run], list[Run]]:
        """Runs of ours and of the bare script, in turn; measured once, whichever row asks first."""
        if posters not in self._rounds:
            ours, bare = [], []
            for number in range(ROUNDS):
                bare.append(run_program("bare", self.kie, JOBS, posters=posters))
                ours.append(run_product(self.databases, self.kie, JOBS, posters=posters))
                remark(_both(f"round {number + 1}, posters {'on' if posters else 'off'}", ours[-1], bare[-1]))
            self._rounds[posters] = ours, bare
        return self._rounds[posters]


def _both(title: str, ours: Run, bare: Run) -> str:
    ready = ours.more["ready_after"]
    return (
        f"{title}: ours {ours.wall:.1f} s ({ready:.1f} s until ready), CPU {ours.cpu:.1f} s + database "
        f"{ours.more['database_cpu']:.1f} s; bare {bare.wall:.1f} s, CPU {bare.cpu:.1f} s"
    )


def wall(bench: Bench) -> None:
    """Wall per job against the bare script, posters on."""
    ours, bare = bench.rounds(posters=True)
    # SQLite has one writer at a time; its bar is a notch looser.
    bar = Bar(1.4, 1.1) if bench.databases.are_postgres else Bar(1.6, 1.25)
    yardstick = middle(bare, lambda run: run.wall)
    say("engine_wall_per_job.ours", middle(ours, lambda run: run.wall / run.jobs) * 1000, "ms")
    say("engine_wall_per_job.bare", yardstick / JOBS * 1000, "ms")
    say("engine_wall_per_job.ratio", middle(ours, lambda run: run.wall) / yardstick, "x", bar)
    say("engine_wall_per_job.ratio_until_ready", middle(ours, lambda run: run.more["ready_after"]) / yardstick, "x")
    if undrawn := sum(run.more["undrawn"] for run in ours):
        remark(f"{undrawn:.0f} posters were not drawn after thrice the time until ready: the ratio is a lower bound")
    _lost("engine_wall_per_job", ours)


def cpu(bench: Bench) -> None:
    """CPU per job against the bare script, posters off."""
    ours, bare = bench.rounds(posters=False)
    say("engine_cpu_per_job.ours", middle(ours, lambda run: run.cpu / run.jobs) * 1000, "ms")
    say("engine_cpu_per_job.bare", middle(bare, lambda run: run.cpu / run.jobs) * 1000, "ms")
    say("engine_cpu_per_job.database", middle(ours, lambda run: run.more["database_cpu"] / run.jobs) * 1000, "ms")
    ratio = middle(ours, lambda run: run.cpu) / middle(bare, lambda run: run.cpu)
    say("engine_cpu_per_job.ratio", ratio, "x", Bar(2.6, 1.5))
    wall_ratio = middle(ours, lambda run: run.wall) / middle(bare, lambda run: run.wall)
    say("engine_cpu_per_job.wall_ratio", wall_ratio, "x")
    _lost("engine_cpu_per_job", ours)


def _lost(name: str, runs: Sequence[Run]) -> None:
    say(f"{name}.lost_or_doubled", sum(run.more["lost"] + run.kie["doubled"] for run in runs), "jobs", Bar(0, 0))


ROWS: dict[str, Callable[[Bench], None]] = {"wall": wall, "cpu": cpu}
