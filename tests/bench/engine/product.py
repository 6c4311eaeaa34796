"""Our side: the product as it is deployed, `manage.py work` and gunicorn, on a database and a folder of its own."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.bench.engine.database import ROOT, SAFE, Database, Databases, Rows
from tests.bench.engine.kie import WEBHOOK_KEY
from tests.bench.engine.proc import MemoryWatch, cpu_seconds, stopped, tree, wait_for_line
from tests.bench.engine.runs import Run
from tests.bench.engine.standin import LoadKie
from tests.live.product import free_port

LOOK_SECONDS = 0.05
PATIENCE = float(os.environ.get("BENCH_PATIENCE", "600"))
WARM_SECONDS = 60.0
LIMIT_SECONDS = 11.0
TIED = [sys.executable, "-m", "kling_cms.lifeline", str(os.getpid())]
STATES = "SELECT state, count(*) FROM assets_generation GROUP BY state"
DRAWN = "SELECT count(*) FROM assets_clip WHERE poster <> ''"


@dataclass
class Product:
    """The running product. `work` and `web` are process ids."""

    database: Database
    look: Callable[[str], Rows]
    kie: LoadKie
    folder: Path
    environment: dict[str, str]
    work: "subprocess.Popen[bytes]"
    web: "subprocess.Popen[bytes]"
    asking: "subprocess.Popen[str]"

    @property
    def roots(self) -> list[int]:
        """What counts as ours: worker and web server."""
        return [self.work.pid, self.web.pid]

    def ask(self, jobs: int) -> None:
        """Queue jobs through the action; returns when all are committed."""
        assert self.asking.stdin
        assert self.asking.stdout
        self.asking.stdin.write(f"{jobs}\n")
        self.asking.stdin.flush()
        wait_for_line(self.asking.stdout, "The process that asks for takes", 300)

    def states(self) -> dict[str, int]:
        """How many jobs stand where."""
        return {str(state): int(number) for state, number in self.look(STATES)}

    def drawn(self) -> int:
        """How many clips have a poster."""
        return int(self.look(DRAWN)[0][0])


@contextmanager
def running(databases: Databases, kie: LoadKie, *, posters: bool = True, creates_per_10s: int = 0) -> Iterator[Product]:
    """The product, up and warm; without `posters` nothing is drawn (see `undrawn`)."""
    with (
        databases.fresh() as database,
        database.opened() as look,  # once: to connect for each look would be work of ours that the others don't have
        tempfile.TemporaryDirectory(prefix="kling-bench-ours-", ignore_cleanup_errors=True) as name,
    ):
        folder, port = Path(name), free_port()
        environment = _environment(database, kie, folder, port, posters, creates_per_10s)
        members: list[subprocess.Popen[bytes]] = []
        asking = _start_asking(environment)
        try:
            members += _start(environment, folder, port)
            product = Product(database, look, kie, folder, environment, members[1], members[0], asking)
            _warm(product, port)
            yield product
        finally:
            _end([*members, asking])


def _environment(
    database: Database, kie: LoadKie, folder: Path, port: int, posters: bool, creates_per_10s: int
) -> dict[str, str]:
    (folder / "tmp").mkdir()
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(("KIE_", "S3_"))},
        **SAFE,
        "DJANGO_SETTINGS_MODULE": "kling_cms.settings" if posters else "tests.bench.engine.undrawn",
        "DATABASE_URL": database.url,
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "TMPDIR": str(folder / "tmp"),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "KIE_API_URL": kie.url,
        "KIE_UPLOAD_URL": kie.url,
        "KIE_API_KEY": "bench-key",
        "KIE_WEBHOOK_KEY": WEBHOOK_KEY,
        "KIE_CREATES_PER_10S": str(creates_per_10s),
        "KIE_ASKS_PER_SECOND": "0",
        "OUTGOING_ALLOWED": kie.address,
        "PYTHONPATH": str(ROOT),
    }


def _start(environment: dict[str, str], folder: Path, port: int) -> "list[subprocess.Popen[bytes]]":
    """Web server and worker as the README starts them; what they say goes to a file."""
    gunicorn = ["-m", "gunicorn", "kling_cms.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "8"]
    lines = [[sys.executable, *gunicorn, "--log-level", "warning", "--no-control-socket"]]
    lines.append([sys.executable, "manage.py", "work"])
    with (folder / "log.txt").open("ab") as log:
        return [
            subprocess.Popen(
                [*TIED, *line], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
            for line in lines
        ]


def _start_asking(environment: dict[str, str]) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [*TIED, sys.executable, "-m", "tests.bench.engine.asking"],
        cwd=ROOT,
        env={**environment, "LOG_LEVEL": "ERROR"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _warm(product: Product, port: int) -> None:
    """Wait for the web server, then send one job all the way: no start and no first import is in the figures."""
    assert product.asking.stdout
    wait_for_line(product.asking.stdout, "The process that asks for takes")
    _until(lambda: _answers(port), WARM_SECONDS, "The web server does not answer", product)
    product.kie.set(latency=0.2)
    product.ask(4)
    _until(lambda: product.states() == {"ready": 4}, WARM_SECONDS, "The first jobs did not become ready", product)
    if product.environment["DJANGO_SETTINGS_MODULE"] == "kling_cms.settings":
        _until(lambda: product.drawn() == 4, WARM_SECONDS, "The first clips were not drawn", product)


def _answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _until(true: Callable[[], bool], patience: float, else_said: str, product: Product) -> None:
    end = time.monotonic() + patience
    while not true():
        if time.monotonic() > end:
            log = (product.folder / "log.txt").read_text(errors="replace")[-2000:]
            raise SystemExit(f"{else_said} within {patience:.0f} s: {product.states()}\n{log}")
        time.sleep(LOOK_SECONDS)


def _end(members: "list[subprocess.Popen[bytes] | subprocess.Popen[str]]") -> None:
    for process in members:
        process.terminate()
    for process in members:
        try:
            process.wait(12)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def run_product(
    databases: Databases,
    kie: LoadKie,
    jobs: int,
    *,
    latency: float | None = 2.0,
    creates_per_10s: int = 0,
    posters: bool = True,
    wait_for_posters: bool = True,
    while_running: Callable[[Product], None] | None = None,
) -> Run:
    """Queue `jobs` while the worker is held still, then let go; ends when all are ready and have a poster.

    Queueing is a person's click in a web server and no part of the yardstick, so neither side's clock counts it.
    """
    with running(databases, kie, posters=posters, creates_per_10s=creates_per_10s) as product:
        before = product.states().get("ready", 0)
        if creates_per_10s:
            time.sleep(LIMIT_SECONDS)  # the jobs that warmed it have taken calls of the limit
        kie.set(latency=latency, creates_per_10s=creates_per_10s)
        with product.database.locked():
            still = stopped([product.work.pid])
            still.__enter__()
        product.ask(jobs)
        at_first = _cpu(product)
        with MemoryWatch([product.work.pid]) as watch:
            begun = time.perf_counter()
            still.__exit__(None, None, None)
            if while_running:
                while_running(product)
            _until(lambda: _over(product) >= before + jobs, PATIENCE, "Not all jobs ended", product)
            ready = time.perf_counter() - begun
            missing = _wait_for_posters(product, before + jobs, 3 * ready) if posters and wait_for_posters else 0
            wall = time.perf_counter() - begun
        at_last = _cpu(product)
        lost = before + jobs - product.states().get("ready", 0)
        database = at_last[1] - at_first[1]
        more = {"ready_after": ready, "undrawn": missing, "lost": lost, "database_cpu": database}
        return Run(jobs, wall, at_last[0] - at_first[0], watch.peak, watch.processes, {}, kie.counts(), more)


def _cpu(product: Product) -> tuple[float, float]:
    """CPU seconds so far of the product's processes and of the database server."""
    return cpu_seconds(tree(product.roots)), product.database.server_cpu()


def _wait_for_posters(product: Product, clips: int, patience: float) -> int:
    """Wait for all posters, but not for ever; how many are missing then."""
    end = time.monotonic() + patience
    while (missing := clips - product.drawn()) > 0 and time.monotonic() < end:
        time.sleep(LOOK_SECONDS)
    return missing


def _over(product: Product) -> int:
    states = product.states()
    return sum(states.get(state, 0) for state in ("ready", "failed", "cancelled", "needs_attention"))
