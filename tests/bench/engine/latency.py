"""One job alone: from the moment the provider is done to "ready for review", and to its poster."""

import time

from tests.bench.engine.database import Database, Databases
from tests.bench.engine.product import running
from tests.bench.engine.runs import run_program
from tests.bench.engine.standin import LoadKie

LATENCY = 1.0
LOOK_SECONDS = 0.002
PATIENCE = 180.0
READY = "SELECT count(*) FROM assets_generation WHERE state = 'ready'"
POSTERS = "SELECT count(*) FROM assets_clip WHERE poster <> ''"
DRAWN = "SELECT count(*) FROM assets_clip WHERE poster <> '' AND sprite <> '' AND proxy <> ''"


def bare_latencies(kie: LoadKie, jobs: int) -> list[float]:
    """Seconds from done to poster in the bare script, a job after the other."""
    run = run_program("bare", kie, jobs, latency=LATENCY, one_by_one=True)
    return [run.finished[address] - done for address, done in run.kie["done"].items()]


def our_latencies(databases: Databases, kie: LoadKie, jobs: int) -> tuple[list[float], list[float]]:
    """Seconds from done to ready, and from done to the poster; each job begins when the one before is drawn whole."""
    ready, posters = [], []
    with running(databases, kie) as product:
        kie.set(latency=LATENCY)
        before = int(product.database.rows(READY)[0][0])
        _seen(product.database, DRAWN, before)
        for number in range(before + 1, before + jobs + 1):
            product.ask(1)
            ready_at = _seen(product.database, READY, number)
            poster_at = _seen(product.database, POSTERS, number)
            _seen(product.database, DRAWN, number)
            done = max(moment for moment in kie.counts()["done"].values() if moment)
            ready.append(ready_at - done)
            posters.append(poster_at - done)
    return ready, posters


def _seen(database: Database, query: str, number: int) -> float:
    """When the count was first seen to be that high (Unix)."""
    with database.opened() as rows:
        end = time.time() + PATIENCE
        while int(rows(query)[0][0]) < number:
            if time.time() > end:
                raise SystemExit(f"Not within {PATIENCE:.0f} s: {query} = {number}")
            time.sleep(LOOK_SECONDS)
        return time.time()
