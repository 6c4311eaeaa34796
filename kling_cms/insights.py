"""Read-only figures across the apps: stages, waits, failures. A function is one or two queries, however many rows."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import NamedTuple
from uuid import UUID

from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone

from assets.actions.line import line_stop
from assets.models import BalanceReading, FailureClass, Generation, LineStop, Reconciliation, Shot, Stage
from assets.models.generation import GenerationState
from assets.models.shot import STAGE_OF, ShotState
from projects.actions.money import standing
from projects.models import AuditEntry, InvariantRun, Organisation, Project, User
from projects.templatetags.house import duration
from reviews.models import RoundState, Seat

WAITS = {
    Stage.INPUT: ("needs a first take", "need a first take"),
    Stage.GENERATION: ("waits for triage", "wait for triage"),
    Stage.REVIEW: ("waits for people", "wait for people"),
    Stage.DELIVERY: ("waits for a package", "wait for a package"),
}
# States in which somebody (not the machine) has to do something.
WAITING_STATES = {
    ShotState.DRAFT,
    ShotState.NEEDS_ATTENTION,
    ShotState.TRIAGE,
    ShotState.IN_REVIEW,
    ShotState.CHANGES_WANTED,
    ShotState.APPROVED,
}


@dataclass(frozen=True)
class StageCount:
    """One segment of the rail: how many shots stand there, their median age and what waits, in words."""

    key: str
    name: str
    count: int
    age: str
    waits: str
    url: str
    active: bool


def stage_counts(states: Iterable[tuple[str, datetime]], *, active: str = "", url: str = "") -> list[StageCount]:
    """The rail from (shot state, since when) pairs; `url` is the board's address, filtered by each segment."""
    now = timezone.now()
    ages: dict[Stage, list[float]] = {stage: [] for stage in Stage}
    waiting = dict.fromkeys(Stage, 0)
    for state, since in states:
        stage = STAGE_OF[ShotState(state)]
        ages[stage].append((now - since).total_seconds())
        waiting[stage] += state in WAITING_STATES
    return [
        StageCount(
            key=stage.value,
            name=stage.label,
            count=len(ages[stage]),
            age=_roughly(median(ages[stage])) if ages[stage] else "",
            waits=f"{waiting[stage]} {WAITS[stage][waiting[stage] != 1]}" if waiting[stage] else "",
            url=url if active == stage else f"{url}?stage={stage.value}",
            active=active == stage,
        )
        for stage in Stage
    ]


def _roughly(seconds: float) -> str:
    return " ".join(duration(seconds).split(" ")[:2])  # the larger unit says enough on a rail


def shot_states(shots: QuerySet[Shot]) -> list[tuple[str, datetime]]:
    """(state, since when) of shots, for `stage_counts`."""
    return list(shots.order_by().values_list("state", "state_since"))


class SeatDot(NamedTuple):
    """One reviewer of a shot's current version: name, and how they stand (`waiting` or a verdict)."""

    name: str
    state: str


def reviewer_dots(current_versions: Iterable[UUID]) -> dict[UUID, tuple[SeatDot, ...]]:
    """By shot id: the people asked in the newest round of each of these versions. One query."""
    versions = list(current_versions)
    if not versions:
        return {}
    seats = (
        Seat.objects.filter(round__version__in=versions)
        .exclude(round__state=RoundState.WITHDRAWN)
        .order_by("round__created_at", "created_at", "id")
        .values_list("round__shot_id", "round_id", "user__name", "user__email", "verdict")
    )
    newest: dict[UUID, UUID] = {}
    dots: dict[UUID, tuple[SeatDot, ...]] = {}
    for shot_id, round_id, name, email, stance in seats:
        if newest.get(shot_id) != round_id:
            newest[shot_id], dots[shot_id] = round_id, ()
        dots[shot_id] += (SeatDot(name or email, stance or "waiting"),)
    return dots


def running_jobs(user: User, organisation: Organisation, limit: int = 6) -> list[Generation]:
    """Unfinished jobs of the person's takes in an organisation, oldest first."""
    jobs = Generation.objects.filter(organisation=organisation, take__created_by=user).unfinished()
    return list(jobs.select_related("take__shot__project").order_by("created_at")[:limit])


def failures_by_class(organisation: Organisation, days: int = 30) -> list[tuple[str, int]]:
    """(failure class in words, how many) of the last days, most first."""
    since = timezone.now() - timedelta(days=days)
    rows = (
        Generation.objects.filter(organisation=organisation, state=GenerationState.FAILED, finished_at__gte=since)
        .order_by()
        .values_list("failure_class")
        .annotate(amount=Count("id"))
        .order_by("-amount")
    )
    return [(FailureClass(name).label, amount) for name, amount in rows]


def overdue_seats(organisation: Organisation, limit: int = 8) -> list[Seat]:
    """People whose decision is late in a current project, the longest wait first."""
    return list(
        Seat.objects.filter(
            round__organisation=organisation,
            round__state=RoundState.OPEN,
            round__due_at__lt=timezone.now(),
            round__shot__project__archived_at=None,
            decided_at=None,
        )
        .select_related("user", "round__version__shot__project")
        .order_by("round__due_at")[:limit]
    )


def shots_waiting(user: User, organisation: Organisation, state: ShotState, limit: int = 6) -> list[Shot]:
    """Current projects' shots in a state that the person made or whose current version they selected, oldest first."""
    mine = Q(created_by=user) | Q(current_version__selected_by=user) | Q(current_version__take__created_by=user)
    shots = Shot.objects.filter(mine, project__organisation=organisation, project__archived_at=None, state=state)
    return list(shots.select_related("project", "current_version").order_by("state_since").distinct()[:limit])


def projects_in_work(organisation: Organisation, limit: int = 6) -> list[Project]:
    """Current projects, the next deadline first."""
    projects = Project.objects.filter(organisation=organisation).current().select_related("brief")
    return list(
        projects.annotate(shot_count=Count("shots")).order_by(F("brief__deadline").asc(nulls_last=True))[:limit]
    )


@dataclass(frozen=True)
class Engine:
    """How the machine is doing: the line, Kie's balance when last read, what waits, and this month's ledger."""

    stop: LineStop | None
    balance: BalanceReading | None
    waiting: int
    oldest: datetime | None
    attention: int
    settled: Decimal
    held: Decimal
    checked: InvariantRun | None
    reconciled: Reconciliation | None


def engine(organisation: Organisation) -> Engine:
    """For the admin's home; six queries."""
    jobs = Generation.objects.filter(organisation=organisation)
    figures = jobs.unfinished().aggregate(
        waiting=Count("id"),
        oldest=Min("created_at"),
        attention=Count("id", filter=Q(state=GenerationState.NEEDS_ATTENTION)),
    )
    month = standing(organisation).month
    return Engine(
        stop=line_stop(),
        balance=BalanceReading.objects.first(),
        waiting=figures["waiting"] - figures["attention"],
        oldest=figures["oldest"],
        attention=figures["attention"],
        settled=month.settled,
        held=month.held,
        checked=InvariantRun.objects.first(),
        reconciled=Reconciliation.objects.first(),
    )


def latest_audit(organisation: Organisation, limit: int = 5) -> list[AuditEntry]:
    """The newest rows of the audit log."""
    return list(AuditEntry.objects.filter(organisation=organisation)[:limit])
