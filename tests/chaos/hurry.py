"""The product's waits, leases and deadlines at a fifth of their length, so that a storm and its calm fit a minute.

All shrink together, so what is longer than what stays so: a call ends before its claim, a claim before the window.
"""

from datetime import timedelta
from typing import Any

from assets.pipeline import clock
from assets.providers import kie
from kling_cms import cluster, processes, supervisor

FASTER = 5
# What would still be too long: minutes in which nothing is to be done but wait.
SHORT = {
    "UNKNOWN_WINDOW": timedelta(seconds=15),
    "NOT_FOUND_GRACE": timedelta(seconds=10),
    "EMPTY_RESULT_GRACE": timedelta(seconds=6),
    "RUNNING_DEADLINE": timedelta(seconds=25),
    "LINE_PATIENCE": timedelta(hours=1),
}
CALLS = ("CONNECT_SECONDS", "CREATE_SECONDS", "READ_SECONDS", "UPLOAD_SECONDS")
WATCH = ("HEARTBEAT_SECONDS", "REPEAT_SECONDS", "MOVED_SECONDS", "BOOKING_SECONDS", "RESTART_PAUSES", "STEADY_SECONDS")
# A cluster starts no faster than ever, and one that is starting must not be taken for one that is stuck.
STALLED_SECONDS = 10.0


def hurry() -> None:
    """Before anything has read the constants."""
    names = [name for name, value in vars(clock).items() if isinstance(value, timedelta)]
    _shrink(clock, *names, "FETCH_SECONDS", "_BACKOFF", "_FETCH_BACKOFF")
    for name, value in SHORT.items():
        setattr(clock, name, value)
    _shrink(kie, *CALLS)
    _shrink(cluster, *WATCH)
    cluster.STALLED_SECONDS = STALLED_SECONDS
    _shrink(processes, "STOPPED_SECONDS")
    _shrink(supervisor, "TIDY_SECONDS")


def _shrink(module: Any, *names: str) -> None:
    for name in names:
        value = getattr(module, name)
        setattr(module, name, tuple(one / FASTER for one in value) if isinstance(value, tuple) else value / FASTER)
