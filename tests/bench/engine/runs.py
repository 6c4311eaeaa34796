"""What one run of one side came to, and the runs of the sides that are programs of the benchmark."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.bench.engine.proc import MemoryWatch, cpu_seconds, tree, wait_for_line
from tests.bench.engine.standin import LoadKie

PATIENCE = 900.0


@dataclass(frozen=True)
class Run:
    """Seconds on the clock and of CPU (children included), peak memory of the tree in bytes and its processes then.

    `finished`: when each job was finished (Unix), by callback address or task. `kie`: what the stand-in counted.
    `more`: further figures by name.
    """

    jobs: int
    wall: float
    cpu: float
    memory: int
    processes: int
    finished: Mapping[str, float] = field(default_factory=dict)
    kie: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, float] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Jobs a second."""
        return self.jobs / self.wall


def run_program(
    module: str,
    kie: LoadKie,
    jobs: int,
    *,
    latency: float | None = 2.0,
    creates_per_10s: int = 0,
    posters: bool = True,
    one_by_one: bool = False,
    database_url: str = "",
    while_running: Callable[[], None] | None = None,
) -> Run:
    """Run `bare`, `threads` or `naive` once, from the moment it is warm to its last job."""
    kie.set(latency=latency, creates_per_10s=creates_per_10s)
    with tempfile.TemporaryDirectory(prefix="kling-bench-side-") as folder:
        order = {"url": kie.url, "jobs": jobs, "folder": folder, "posters": posters, "one_by_one": one_by_one}
        process = subprocess.Popen(
            [sys.executable, "-m", f"tests.bench.engine.{module}", json.dumps(order)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "DATABASE_URL": database_url},
        )
        try:
            told, cpu, watch = _measured(process, module, while_running)
            counted = _counted(Path(folder), jobs)
        finally:
            assert process.stdin
            process.stdin.close()
            process.wait(timeout=30)
            shutil.rmtree(folder, ignore_errors=True)
            Path(folder).mkdir()
    if counted != jobs:
        raise SystemExit(f"{module} brought {counted} of {jobs} clips.")
    return Run(jobs, told["wall"], cpu, watch.peak, watch.processes, told["finished"], kie.counts())


def _measured(
    process: "subprocess.Popen[str]", name: str, while_running: Callable[[], None] | None
) -> tuple[dict[str, Any], float, MemoryWatch]:
    assert process.stdin
    assert process.stdout
    wait_for_line(process.stdout, name)
    before = cpu_seconds(tree([process.pid]))
    process.stdin.write("go\n")
    process.stdin.flush()
    with MemoryWatch([process.pid]) as watch:
        if while_running:
            while_running()
        told = json.loads(wait_for_line(process.stdout, name, PATIENCE))
    return told, cpu_seconds(tree([process.pid])) - before, watch


def _counted(folder: Path, jobs: int) -> int:
    return len(list(folder.glob("*.mp4")))
