"""`python -m tests.simulation --episodes 2000 --seed 1`: exit 1 with the seeds that repeat each breach."""

import argparse
import os
import sys
from multiprocessing import get_context

from tests.simulation.many import CHUNK, play, prepare, report


def main() -> int:
    """Play the episodes; a seed alone repeats one."""
    options = argparse.ArgumentParser(prog="python -m tests.simulation")
    options.add_argument("--episodes", type=int, default=200)
    options.add_argument("--seed", type=int, default=1, help="of the first episode")
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = options.parse_args()
    end = chosen.seed + chosen.episodes
    chunks = [range(start, min(start + CHUNK, end)) for start in range(chosen.seed, end, CHUNK)]
    with get_context("spawn").Pool(chosen.processes, initializer=prepare) as pool:
        good = report(chosen.episodes, pool.imap_unordered(play, chunks))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
