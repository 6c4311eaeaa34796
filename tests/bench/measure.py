"""Measure two calls side by side: alternating rounds, medians, CPU and wall."""

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from typing import Any

ROUNDS = 9
MS = 1000


@dataclass(frozen=True)
class Cost:
    """One call in milliseconds: CPU of this process, and wall."""

    cpu: float
    wall: float


def once(call: Callable[[], Any], repeat: int) -> Cost:
    """The mean cost of one of `repeat` calls in a row."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(repeat):
        call()
    return Cost((time.process_time() - cpu) * MS / repeat, (time.perf_counter() - wall) * MS / repeat)


def side_by_side(
    ours: Callable[[], Any], yardstick: Callable[[], Any], *, rounds: int = ROUNDS, repeat: int = 5
) -> tuple[Cost, Cost]:
    """Medians of both, measured in turn, because machines drift. Both are called once before, to fill their caches."""
    ours(), yardstick()
    mine, theirs = [], []
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            theirs.append(once(yardstick, repeat))
            mine.append(once(ours, repeat))
    finally:
        gc.enable()
    return _middle(mine), _middle(theirs)


def _middle(costs: list[Cost]) -> Cost:
    return Cost(median(cost.cpu for cost in costs), median(cost.wall for cost in costs))


def report(name: str, ours: Cost, yardstick: Cost, *, bar: str) -> str:
    """The lines of one comparison: ours, the yardstick, and the ratio with what it must keep."""
    return "\n".join(
        [
            f"{name}.cpu\t{ours.cpu:.2f}\tms",
            f"{name}.cpu.yardstick\t{yardstick.cpu:.2f}\tms",
            f"{name}.cpu.ratio\t{ours.cpu / yardstick.cpu:.2f}\tx\t({bar})",
            f"{name}.wall.ratio\t{ours.wall / yardstick.wall:.2f}\tx",
        ]
    )
