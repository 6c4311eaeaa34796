"""The rows of the section, by name: each measures its sides in turn and prints its figures."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.bench.engine.database import Databases
from tests.bench.engine.latency import bare_latencies, our_latencies
from tests.bench.engine.polls import measure_polls
from tests.bench.engine.product import PATIENCE, Product, run_product
from tests.bench.engine.report import Bar, remark, say
from tests.bench.engine.runs import Run, run_program
from tests.bench.engine.standin import LoadKie

ROUNDS = int(os.environ.get("ROUNDS", "3"))
JOBS = int(os.environ.get("BENCH_JOBS", "200"))
MANY = 5 * JOBS
THREADS_JOBS, NAIVE_JOBS = 24, 12  # their pace is the same from the first job to the last
LIMITED, CREATES = 100, 20
SINGLES = 15
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
    _crowds: tuple[list[Run], list[Run], list[Run]] | None = None

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

    def crowds(self) -> tuple[list[Run], list[Run], list[Run]]:
        """Ours with few and with many jobs, all in flight at once, and the bare script with few; posters off."""
        if not self._crowds:
            few, many, bare = [], [], []
            for number in range(ROUNDS):
                bare.append(self._crowd_of_bare(JOBS))
                few.append(self._crowd(JOBS))
                many.append(self._crowd(MANY))
                remark(f"crowds {number + 1}: {few[-1].wall:.1f} s for {JOBS}, {many[-1].wall:.1f} s for {MANY}")
            self._crowds = few, many, bare
        return self._crowds

    def _crowd(self, jobs: int) -> Run:
        def hold(_: Product) -> None:
            self._release_all(jobs)

        return run_product(self.databases, self.kie, jobs, latency=None, posters=False, while_running=hold)

    def _crowd_of_bare(self, jobs: int) -> Run:
        return run_program(
            "bare", self.kie, jobs, latency=None, posters=False, while_running=lambda: self._release_all(jobs)
        )

    def _release_all(self, jobs: int) -> None:
        """Once all jobs are at the provider: wait a little for the memory watch, then let them end."""
        end = time.monotonic() + PATIENCE
        while self.kie.counts()["accepted"] < jobs and time.monotonic() < end:
            time.sleep(0.1)
        self.kie.release()


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


def rivals(bench: Bench) -> None:
    """Jobs a second against four blocking threads, and against a queue whose tasks wait; without posters as well."""
    bars = {"threads": Bar(6, 8.5, least=True), "naive": Bar(11, 15, least=True)}
    _rivals(bench, "engine_jobs_per_second", bars, posters=True)
    # The rivals wait, ours draws: how far ahead one can be is a matter of the processor, and of what a poster costs it.
    _rivals(bench, "engine_jobs_per_second_undrawn", {}, posters=False)


def _rivals(bench: Bench, title: str, bars: Mapping[str, Bar], *, posters: bool) -> None:
    ours, bare = bench.rounds(posters=posters)
    threads, naive = [], []
    for _ in range(ROUNDS):
        threads.append(run_program("threads", bench.kie, min(THREADS_JOBS, JOBS), posters=posters))
        with bench.databases.fresh(empty=True) as database:
            few, url = min(NAIVE_JOBS, JOBS), database.url
            naive.append(run_program("naive", bench.kie, few, posters=posters, database_url=url))
    rate = middle(ours, lambda run: run.rate)
    say(f"{title}.ours", rate, "1/s")
    for name, runs in (("threads", threads), ("naive", naive)):
        slow = middle(runs, lambda run: run.rate)
        say(f"{title}.{name}", slow, "1/s")
        say(f"{title}.ratio_{name}", rate / slow, "x", bars.get(name))
        say(f"{title}.ratio_{name}_of_bare", middle(bare, lambda run: run.rate) / slow, "x")


def limit(bench: Bench) -> None:
    """100 jobs of 10 s under Kie's limit, against the time in which they could be had."""
    runs, fetches = [], []
    for _ in range(ROUNDS):
        batch = run_program("bare", bench.kie, CREATES, latency=2.0, posters=False)
        fetches.append(batch.wall - 2.0)
        runs.append(
            run_product(
                bench.databases, bench.kie, LIMITED, latency=10.0, creates_per_10s=CREATES, wait_for_posters=False
            )
        )
        remark(f"limit: {runs[-1].more['ready_after']:.1f} s until ready, {runs[-1].kie['refused']} refused")
    ideal = (LIMITED / CREATES - 1) * 10.0 + 10.0 + median(fetches)
    say("engine_limit.ideal", ideal, "s")
    say("engine_limit.ours", middle(runs, lambda run: run.more["ready_after"]), "s")
    ratio = middle(runs, lambda run: run.more["ready_after"]) / ideal
    say("engine_limit.ratio", ratio, "x", Bar(1.06, 1.03))
    refused = middle(runs, lambda run: 100 * run.kie["refused"] / run.kie["creates"])
    say("engine_limit.refused", refused, "%", Bar(5, 0))
    _lost("engine_limit", runs)


def latency(bench: Bench) -> None:
    """One job alone, from "provider is done" to "ready for review", against the bare script (poster included)."""
    each = max(-(-SINGLES // ROUNDS), 5)
    bare: list[float] = []
    ready: list[float] = []
    posters: list[float] = []
    for _ in range(ROUNDS):
        bare += bare_latencies(bench.kie, each)
        of_ready, of_posters = our_latencies(bench.databases, bench.kie, each)
        ready += of_ready
        posters += of_posters
    say("engine_latency.bare", median(bare) * 1000, "ms")
    say("engine_latency.ours", median(ready) * 1000, "ms")
    say("engine_latency.ratio", median(ready) / median(bare), "x", Bar(1.8, 1.25))
    say("engine_latency.ratio_with_poster", median(posters) / median(bare), "x")


def cost(bench: Bench) -> None:
    """What a job costs among 1,000 against among 200, posters off, all of them in flight at once."""
    few, many, _ = bench.crowds()
    for name, figure in (("cpu", lambda run: run.cpu / run.jobs), ("wall", lambda run: run.wall / run.jobs)):
        say(f"engine_cost_per_job.{name}.few", middle(few, figure) * 1000, "ms")
        say(f"engine_cost_per_job.{name}.many", middle(many, figure) * 1000, "ms")
        say(f"engine_cost_per_job.{name}.ratio", middle(many, figure) / middle(few, figure), "x", Bar(1.25, 1.1))
    _lost("engine_cost_per_job", [*few, *many])


def memory(bench: Bench) -> None:
    """The worker's memory against the bare script's, a process; and its growth with the jobs in flight."""
    few, many, bare = bench.crowds()
    yardstick = middle(bare, lambda run: run.memory / run.processes)
    each = middle(few, lambda run: run.memory / run.processes)
    say("engine_memory.ours", middle(few, lambda run: run.memory) / MIB, "MiB")
    say("engine_memory.processes", middle(few, lambda run: run.processes), "")
    say("engine_memory.bare", yardstick / MIB, "MiB")
    say("engine_memory.ratio_whole_tree", middle(few, lambda run: run.memory) / yardstick, "x")
    say("engine_memory.ratio_per_process", each / yardstick, "x", Bar(1.7, 1.25))
    growth = middle(many, lambda run: run.memory) / middle(few, lambda run: run.memory)
    say("engine_memory.growth", growth, "x", Bar(1.25, 1.1))


def poll(bench: Bench) -> None:
    """The status poll of a waiting page against a bare view that says who one is; CPU."""
    with bench.databases.fresh() as database:
        for name, (ours, bare) in measure_polls(database.url).items():
            say(f"engine_poll.{name}.ours", ours, "ms")
            say(f"engine_poll.{name}.who_am_i", bare, "ms")
            say(f"engine_poll.{name}.ratio", ours / bare, "x", Bar(1.6, 0.6))


def _lost(name: str, runs: Sequence[Run]) -> None:
    say(f"{name}.lost_or_doubled", sum(run.more["lost"] + run.kie["doubled"] for run in runs), "jobs", Bar(0, 0))


ROWS: dict[str, Callable[[Bench], None]] = {
    row.__name__: row for row in (wall, cpu, rivals, limit, latency, cost, memory, poll)
}
