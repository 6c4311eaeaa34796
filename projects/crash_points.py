"""Named places between any two steps of the protocol where a test may end the process, as a power cut would.

Nothing of the product arms them and no setting of the environment does: only code of the tests can, which no image
contains. Unarmed, a crash point is one comparison.
"""

import os
from pathlib import Path
from typing import Literal, get_args

from django.conf import settings

Point = Literal[
    # Queue: rows, hold and message, before and after their commit.
    "queueing",
    "queued",
    # Claim and call.
    "claiming",
    "claimed",
    "uploaded",
    "marked",
    "answered",
    "booking",
    "booked",
    "expiring",
    # Callback and late truth.
    "noting",
    "noted",
    "claim-heard",
    "adopting",
    "adopted",
    "stray-asked",
    "stray-booking",
    # Poll and fetch.
    "asked",
    "leased",
    "downloaded",
    "probed",
    "stored",
    # Ends.
    "settling",
    "settled",
    "failing",
    "failed",
    "handing-over",
    # Around it.
    "sweeping",
    "drawn",
]
POINTS: tuple[Point, ...] = get_args(Point)
KILLED = 137

_folder: Path | None = None


def arm(folder: Path) -> None:
    """From now on a file in `folder` with a point's name ends the process that passes there next, and is used up.

    Raises RuntimeError outside of tests.
    """
    global _folder
    if not settings.TESTING:
        raise RuntimeError("Crash points are for tests only.")
    _folder = folder


def crash_point(name: Point) -> None:
    """Nothing, unless a test wants this process to end here: no clean-up, no commit, no goodbye."""
    if _folder is not None:
        _crash_if_told(_folder / name)


def _crash_if_told(order: Path) -> None:
    try:
        order.unlink()  # of several that pass at once, one
    except FileNotFoundError:
        return
    os._exit(KILLED)
