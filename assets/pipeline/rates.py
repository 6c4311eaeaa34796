"""The provider's limits, kept over all processes and machines: a row a call that the window allows."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from assets.models import RateSlot


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `calls` in any `window`."""

    name: str
    calls: int
    window: timedelta


# The windows are a little wider than Kie's: calls may bunch up on their way.
CREATE_WINDOW = timedelta(seconds=10.3)
ASK_WINDOW = timedelta(seconds=1.1)
RIVALS = timedelta(seconds=0.2)
# A turn is handed out that much before its call is free: workers may be at something, and the call would lie idle.
LEAD = timedelta(seconds=0.25)


def creates() -> Limit:
    """New tasks, for the account."""
    return Limit("create", settings.KIE_CREATES_PER_10S, CREATE_WINDOW)


def asks() -> Limit:
    """Questions after a task, for the key."""
    return Limit("ask", settings.KIE_ASKS_PER_SECOND, ASK_WINDOW)


@dataclass(frozen=True, slots=True)
class Slot:
    """One call of a limit, taken until `free_at`; without a row where there is no limit."""

    pk: int
    free_at: datetime


def take_slot(limit: Limit) -> datetime | None:
    """Take one call of the limit: None when it may be made now, else the moment from which to try again."""
    got = book_slot(limit)
    return None if isinstance(got, Slot) else got


def book_slot(limit: Limit, earlier: Slot | None = None) -> Slot | datetime:
    """Take one call of the limit that is made now, or the moment from which to try again.

    `earlier`: the slot that the caller took for the same call and has not used. Its window begins anew, unless somebody
    else has taken it by now; then any other slot will do.
    """
    now = timezone.now()
    if not limit.calls:
        return Slot(0, now)
    if earlier and (renewed := _take(limit, now, earlier.pk, earlier.free_at)):
        return renewed
    slots = list(_slots(limit).order_by("free_at").values_list("pk", "free_at"))
    if len(slots) < limit.calls:
        _make(limit, now)
        return book_slot(limit)
    busy = [free_at for _, free_at in slots if now < free_at <= now + limit.window]
    for pk, free_at in slots:
        if free_at not in busy and (taken := _take(limit, now, pk, free_at)):
            return taken
    return min(busy, default=now + RIVALS)


def _take(limit: Limit, now: datetime, pk: int, seen: datetime) -> Slot | None:
    """A slot goes to whoever changes it from the value that all saw."""
    until = now + limit.window
    return Slot(pk, until) if RateSlot.objects.filter(pk=pk, free_at=seen).update(free_at=until) else None


def await_slot(limit: Limit) -> Slot | datetime:
    """As `book_slot`, for whoever has a turn: a call that is free within `LEAD` is waited for."""
    got = book_slot(limit)
    if isinstance(got, Slot) or (wait := got - timezone.now()) > LEAD:
        return got
    time.sleep(max(wait.total_seconds(), 0))
    return book_slot(limit)


def busy_until(limit: Limit) -> list[datetime]:
    """When each of the calls that are taken now may be made again, the soonest first."""
    now = timezone.now()
    busy = _slots(limit).filter(free_at__gt=now, free_at__lte=now + limit.window)
    return list(busy.order_by("free_at").values_list("free_at", flat=True))


def _slots(limit: Limit) -> QuerySet[RateSlot]:
    # One booked beyond the window, by a clock that ran ahead and was set back, counts as free.
    return RateSlot.objects.filter(limit=limit.name, number__lt=limit.calls)


def _make(limit: Limit, now: datetime) -> None:
    rows = [RateSlot(limit=limit.name, number=number, free_at=now) for number in range(limit.calls)]
    RateSlot.objects.bulk_create(rows, ignore_conflicts=True)
