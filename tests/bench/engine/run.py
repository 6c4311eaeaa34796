"""Run the rows of the engine, all or some."""

import signal
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.engine.database import Databases
from tests.bench.engine.report import remark
from tests.bench.engine.rows import JOBS, ROUNDS, ROWS, Bench
from tests.bench.engine.standin import LoadKie


def run_rows(names: Sequence[str] = ()) -> None:
    """Measure these rows (all). Raises SystemExit for an unknown one, or where there is no /proc."""
    if not Path("/proc/self/smaps_rollup").exists():
        raise SystemExit("The engine's benchmark reads /proc, so it needs Linux.")
    if unknown := [name for name in names if name not in ROWS]:
        raise SystemExit(f"No such row: {', '.join(unknown)}. There are: {', '.join(ROWS)}.")
    # Stopped by a time limit, it still ends its processes and drops its databases.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with (
        tempfile.TemporaryDirectory(prefix="kling-bench-") as folder,
        Databases(Path(folder)) as databases,
        LoadKie() as kie,
    ):
        kind = "PostgreSQL" if databases.are_postgres else "SQLite"
        remark(f"engine on {kind}, Python {sys.version.split()[0]}: {JOBS} jobs, {ROUNDS} rounds, medians")
        bench = Bench(kie, databases)
        for name in names or ROWS:
            ROWS[name](bench)
