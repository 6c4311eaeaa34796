"""`python -m tests.simulation --episodes 2000 --seed 1`: exit 1 with the seeds that repeat each breach."""

import argparse
import os
import sys

from tests.simulation.many import KINDS, play_all


def main() -> int:
    """Play the episodes; a seed alone repeats one."""
    options = argparse.ArgumentParser(prog="python -m tests.simulation")
    options.add_argument("--episodes", type=int, default=200)
    options.add_argument("--seed", type=int, default=1, help="of the first episode")
    options.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    chosen = options.parse_args()
    counts, _ = play_all(chosen.seed, chosen.episodes, chosen.processes)
    return 1 if any(counts[kind] for kind in KINDS) else 0


if __name__ == "__main__":
    sys.exit(main())
