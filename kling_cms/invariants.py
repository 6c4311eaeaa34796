"""All invariants of the product, and one run over them."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from django.utils import timezone

from assets.invariants import CLIPS, HOLDS, JOBS, MOVES
from assets.invariants.clips import DEEP
from projects.heartbeats import has_worked_since
from projects.invariants import MONEY, Invariant, Since
from projects.models import InvariantRun
from reviews.invariants import JUDGING

INVARIANTS: tuple[Invariant, ...] = (*MONEY, *HOLDS, *JOBS, *CLIPS, *MOVES, *JUDGING)
EVERYTHING = (*INVARIANTS, *DEEP)
MOST_ROWS = 200  # named of one invariant; by then it is plain what is wrong
RECENT = timedelta(minutes=10)
KEEP_RUNS = timedelta(days=7)
NOT_AGAIN_WITHIN = timedelta(seconds=50)
OUTAGE = timedelta(minutes=3)  # without a run, and without a worker that has lived as long


@dataclass(frozen=True, slots=True)
class Finding:
    """What one invariant came to: the rows that break it, a sentence each."""

    invariant: Invariant
    rows: list[str]

    @property
    def holds(self) -> bool:
        """Whether no row breaks it."""
        return not self.rows


def check(invariants: Iterable[Invariant] = INVARIANTS, *, since: Since = None) -> list[Finding]:
    """Look after each of them; `since` looks only at what moved from then on.

    A row counts when a second look finds it too: some checks read twice, and work goes on between the two.
    """
    return [Finding(invariant, _rows(invariant, since)) for invariant in invariants]


def _rows(invariant: Invariant, since: Since) -> list[str]:
    first = list(islice(invariant.check(since), MOST_ROWS))
    return [row for row in islice(invariant.check(since), MOST_ROWS) if row in first] if first else []


def record_run() -> InvariantRun | None:
    """The run of every minute over what moved lately: noted for admins and metrics. None when one was just noted.

    The first one after an outage asks nobody to have been in time: what is late is done in the minute until the next.
    """
    now = timezone.now()
    last = InvariantRun.objects.values_list("created_at", flat=True).first()
    if last and last > now - NOT_AGAIN_WITHIN:
        return None
    at_work = (last is not None and last > now - OUTAGE) or has_worked_since(now - OUTAGE)
    begun = time.monotonic()
    found = check([one for one in INVARIANTS if at_work or not one.in_time], since=now - RECENT)
    broken = [finding for finding in found if not finding.holds]
    InvariantRun.objects.filter(created_at__lt=now - KEEP_RUNS).delete()
    return InvariantRun.objects.create(
        breaches=sum(len(finding.rows) for finding in broken),
        told="\n".join(f"{finding.invariant.name}: {row}" for finding in broken for row in finding.rows[:5])[:4000],
        milliseconds=round((time.monotonic() - begun) * 1000),
    )
