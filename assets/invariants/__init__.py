"""What must always hold of jobs, attempts, clips and moves; see `projects.invariants` for how checks speak."""

from assets.invariants.clips import CLIPS
from assets.invariants.holds import HOLDS
from assets.invariants.jobs import JOBS
from assets.invariants.moves import MOVES

__all__ = ["CLIPS", "HOLDS", "JOBS", "MOVES"]
