"""The workers' heartbeat. It stands in the database, so that a web server sees the workers of every machine."""

import os
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.utils import timezone

from projects.models import WorkBeat

EVERY_SECONDS = 10.0
SILENT = timedelta(seconds=60)
FORGOTTEN = timedelta(days=1)


@dataclass
class Heart:
    """The beat of this process: `beat` may be called at any rate, a row is written every ten seconds."""

    host: str = field(default_factory=lambda: socket.gethostname()[:200])
    pid: int = field(default_factory=os.getpid)
    _beat_at: float = float("-inf")
    _begun: bool = False

    def beat(self) -> None:
        """Say that this process works."""
        if time.monotonic() - self._beat_at < EVERY_SECONDS:
            return
        now = timezone.now()
        # Another process may have had this number before: the first beat makes the row this one's.
        fresh = {} if self._begun else {"started_at": now}
        WorkBeat.objects.update_or_create(host=self.host, pid=self.pid, defaults={"seen_at": now, **fresh})
        if fresh:
            WorkBeat.objects.filter(seen_at__lt=now - FORGOTTEN).delete()
        self._beat_at, self._begun = time.monotonic(), True

    def stop(self) -> None:
        """Take the row away: who stops on purpose is not missed. A row that can't be reached just ages."""
        try:
            WorkBeat.objects.filter(host=self.host, pid=self.pid).delete()
        except DatabaseError:
            return


def heartbeat_age() -> timedelta | None:
    """How long ago any `manage.py work` was last seen; None when none ever was."""
    newest = WorkBeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    return timezone.now() - newest if newest else None


def workers_alive() -> int:
    """How many of them were seen lately."""
    return WorkBeat.objects.filter(seen_at__gt=timezone.now() - SILENT).count()


def has_worked_since(moment: datetime) -> bool:
    """Whether one of those that live was there at that moment already."""
    return WorkBeat.objects.filter(seen_at__gt=timezone.now() - SILENT, started_at__lte=moment).exists()
