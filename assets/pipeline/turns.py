"""Whose turn it is: waiting takes go to Kie one project after the other, so that no batch starves a single take."""

import heapq
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from assets.models import Attempt, Generation, GenerationState, LineStop
from assets.pipeline import clock
from assets.pipeline.rates import LEAD, busy_until, creates

type Due = tuple[UUID, datetime | None]
BATCH = 200


def fair_order[K: Hashable, T](waiting: Mapping[K, Sequence[T]], recent: Mapping[K, int], places: int) -> list[T]:
    """Up to `places` of those who wait, by turns: whoever has had least goes first, of equals the one named first.

    `waiting`: who waits, by project, each in its order; `recent`: how many turns a project has just had.
    """
    turns = [(recent.get(project, 0), order, 0, project) for order, project in enumerate(waiting) if waiting[project]]
    heapq.heapify(turns)
    chosen: list[T] = []
    while turns and len(chosen) < places:
        had, order, at, project = heapq.heappop(turns)
        chosen.append(waiting[project][at])
        if at + 1 < len(waiting[project]):
            heapq.heappush(turns, (had + 1, order, at + 1, project))
    return chosen


def waiting_jobs(now: datetime) -> QuerySet[Generation]:
    """Queued jobs that are due and whose own message has had its time."""
    return Generation.objects.filter(state=GenerationState.QUEUED, due_at__lte=now, created_at__lte=now - clock.FRESH)


class Turns(NamedTuple):
    """Jobs that may be sent now, with their `due_at`, and when the next turn is handed out to those who wait on."""

    due: list[Due]
    next_at: datetime | None = None


def next_turns(now: datetime) -> Turns:
    """As many waiting jobs as the limit has calls, now or in a moment. While the line or their model stands still,
    none but those that have waited too long for it."""
    waiting = waiting_jobs(now)
    if not waiting.exists():
        return Turns([])
    stopped = set(LineStop.objects.open().values_list("model", flat=True))
    if "" in stopped:
        late = waiting.filter(created_at__lt=now - clock.LINE_PATIENCE)
        return Turns(list(late.order_by("due_at").values_list("pk", "due_at")[:BATCH]))
    if stopped:  # out of the way of those that can be sent
        patient = waiting.filter(take__model__in=stopped, created_at__gte=now - clock.LINE_PATIENCE)
        patient.update(due_at=now + clock.LINE_LOOK)
    calls = creates().calls
    if not calls:
        return Turns(list(waiting.order_by("created_at").values_list("pk", "due_at")[:BATCH]))
    busy = [until - LEAD for until in busy_until(creates()) if until > now + LEAD]
    free = calls - len(busy)
    return Turns(_by_turns(waiting, now, free) if free > 0 else [], min(busy, default=None))


def _by_turns(waiting: QuerySet[Generation], now: datetime, places: int) -> list[Due]:
    place = Window(RowNumber(), partition_by=F("project"), order_by=[F("created_at"), F("pk")])
    heads = waiting.annotate(place=place).filter(place__lte=places).order_by("place", "created_at")
    by_project: dict[UUID, list[Due]] = defaultdict(list)
    for project, pk, due_at in heads.values_list("project", "pk", "due_at"):
        by_project[project].append((pk, due_at))
    return fair_order(by_project, _recent(by_project, now), places)


def _recent(projects: Mapping[UUID, object], now: datetime) -> dict[UUID, int]:
    """How many calls each of these projects had in the window of the limit."""
    sent = Attempt.objects.filter(sent_at__gt=now - creates().window, generation__project__in=projects)
    return dict(sent.values_list("generation__project").annotate(Count("pk")))


def is_turn(job: Generation, now: datetime) -> bool:
    """Whether a queued job may go: the sweeper chose it (its `due_at` lies ahead then), or nobody waits before it."""
    chosen = job.due_at is not None and job.due_at > now
    return chosen or not creates().calls or not waiting_jobs(now).exclude(pk=job.pk).exists()
