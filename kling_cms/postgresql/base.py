"""The database wrapper that Django looks for in a backend's `base`."""

from time import monotonic

from django.db.backends.postgresql import base

TRUSTED_SECONDS = 1.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Asks a connection at most once a second whether it lives.

    Django asks before the first query of every request and every task, which is one more query for each of them, and
    under load all of them say yes. A connection that breaks within that second fails the query that finds it out; the
    next request or task begins with a new one, as after any error, and the sweeper brings back what a task left.
    """

    health_check_done: bool  # Django sets it when it has asked, and takes it back before each request and task
    _asked_at = float("-inf")

    def close_if_health_check_failed(self) -> None:
        """Close the connection if it is broken, unless it was well a moment ago."""
        if self.health_check_done:
            return
        if monotonic() - self._asked_at > TRUSTED_SECONDS:
            super().close_if_health_check_failed()
            self._asked_at = monotonic()
        # Until the next request or task, as Django does: to ask later, amid a transaction, would begin another one.
        self.health_check_done = True
