"""The supervisor of `manage.py work`: clusters of workers as watched child processes, and the metronome."""

import contextlib
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import structlog

from kling_cms.cluster import Cluster

logger = structlog.get_logger(__name__)

TICK_SECONDS = 0.25
SOONEST_SECONDS = 0.02
TIDY_SECONDS = 60.0
# After SIGTERM: until then work is finished, from then on handed back, and at last killed.
FINISH_SECONDS = 3.0
GRACE_SECONDS = 7.5


class Supervisor:
    """Runs clusters and metronome until SIGTERM or SIGINT; then everything ends within ten seconds.

    `tick` is called four times a second, `tidy` once a minute if there is any; what they raise is logged and the beat
    goes on. `tick` may ask to be called sooner: it returns in how many seconds, or None.
    """

    def __init__(
        self,
        clusters: Sequence[Cluster],
        *,
        tick: Callable[[], float | None],
        tidy: Callable[[], None] = lambda: None,
    ) -> None:
        self.clusters = clusters
        self._tick, self._tidy = tick, tidy
        self._tidied = self._told = float("-inf")
        self._stop = threading.Event()

    def run(self) -> None:
        """Work until told to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        try:
            while not self._stop.is_set():
                self._stop.wait(self.beat())
        finally:
            self.stop()

    def beat(self) -> float:
        """One round: look at every cluster, sweep, and tidy when it is time. Seconds until the next."""
        for cluster in self.clusters:
            self._safely(cluster.watch)
        sooner = self._safely(self._tick)
        if time.monotonic() - self._tidied >= TIDY_SECONDS:
            self._tidied = time.monotonic()
            self._safely(self._tidy)
        return TICK_SECONDS if sooner is None else min(max(sooner, SOONEST_SECONDS), TICK_SECONDS)

    def _safely[T](self, act: Callable[[], T]) -> T | None:
        try:
            return act()
        except Exception as error:  # the database may be away for a while
            # The whole story once a minute: with four rounds a second it would fill a disk.
            if time.monotonic() - self._told >= TIDY_SECONDS:
                self._told = time.monotonic()
                logger.exception("a round of the metronome failed")
            else:
                logger.debug("a round of the metronome failed", error=repr(error))
            return None

    def stop(self) -> None:
        """Ask every cluster to finish, then to hand back, and kill what is left after some seconds."""
        for cluster in self.clusters:
            cluster.ask_to_stop()
        begun = time.monotonic()
        while any(cluster.is_running() for cluster in self.clusters) and time.monotonic() - begun < GRACE_SECONDS:
            if time.monotonic() - begun >= FINISH_SECONDS:
                for cluster in self.clusters:
                    cluster.hand_back()
            time.sleep(TICK_SECONDS / 2)
        for cluster in self.clusters:
            cluster.kill()
        logger.info("work stopped")


@contextlib.contextmanager
def pulse_folder() -> Any:
    """A folder for the signs of life of this run."""
    with tempfile.TemporaryDirectory(prefix="kling-cms-work-") as folder:
        yield Path(folder)
