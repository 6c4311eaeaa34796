"""How long things may take and when to look again. Pure: values in, values out; the moment comes from the caller."""

from datetime import datetime, timedelta

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

# A claim holds until the one paid call must be over: 30 s by its client, and some room. An upload comes before it.
CALL_LEASE = 45 * SECOND
CALL_SLACK = 5 * SECOND  # of the lease may be gone when the call goes out; else it begins anew
UPLOAD_LEASE = 130 * SECOND
FETCH_LEASE = 60 * SECOND
FETCH_RENEW = 15 * SECOND
FETCH_SECONDS = 120.0  # with the ask before and the probe after it, less than a task may take (settings.Q_CLUSTER)

# A step that was put on the queue and never ran (the queue may lose it) is put there again after this.
REDELIVER = 30 * SECOND
# A new job comes with a message of its own; the sweeper leaves it that much time.
FRESH = 5 * SECOND

# With a callback address a lost answer may still be made good by Kie's own call; typical turnaround is 1 to 4 minutes.
UNKNOWN_WINDOW = 10 * MINUTE
UNKNOWN_WINDOW_WITHOUT_CALLBACK = 5 * SECOND
NOT_FOUND_GRACE = 5 * MINUTE
EMPTY_RESULT_GRACE = 2 * MINUTE
EMPTY_RESULT_PAUSE = 5 * SECOND
RUNNING_DEADLINE = 30 * MINUTE
REFUSED_TRIES = 185  # about six hours of pauses
FETCH_DEADLINE = 24 * HOUR  # people are told after 6, 12 and 23 (assets.actions.fetching)
STUCK_DEADLINE = 6 * HOUR
BAD_RESULT_TRIES = 3

LINE_LOOK = 60 * SECOND
# How long a take waits on a stopped line before its hold goes back to those who could spend it.
LINE_PATIENCE = 24 * HOUR

_BACKOFF = (5, 10, 20, 40, 60, 90, 120)
_FETCH_BACKOFF = (2, 5, 15, 30, 60, 120, 300, 600)


def refused_pause(tries: int, retry_after: float | None = None) -> timedelta:
    """How long a refused take rests before attempt `tries` + 1; what the provider asked for is the least."""
    own = _BACKOFF[min(max(tries, 1), len(_BACKOFF)) - 1]
    return timedelta(seconds=max(own, retry_after or 0))


def fetch_pause(tries: int) -> timedelta:
    """How long until a result is fetched again after `tries` failures."""
    return timedelta(seconds=_FETCH_BACKOFF[min(max(tries, 1), len(_FETCH_BACKOFF)) - 1])


def poll_pause(age: timedelta, *, callback: bool) -> timedelta:
    """How long until the next ask, by the task's age, as Kie advises; with callbacks asking is only the safety net."""
    if callback:
        return 30 * SECOND if age < 2 * MINUTE else MINUTE
    if age < 30 * SECOND:
        return timedelta(seconds=2.5)
    return 7 * SECOND if age < 2 * MINUTE else 20 * SECOND


def unknown_until(sent: datetime, *, callback: bool) -> datetime:
    """Until when an unknown outcome may still clear up by itself."""
    return sent + (UNKNOWN_WINDOW if callback else UNKNOWN_WINDOW_WITHOUT_CALLBACK)
