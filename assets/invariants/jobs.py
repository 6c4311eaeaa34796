"""Jobs: each has its hold and its charge, one task an attempt, nothing lost, nothing sent twice."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from assets.models import Attempt, Generation, GenerationMove, GenerationState, LineStop, Outcome
from assets.models.generation import END_STATES
from projects.invariants import Invariant, Since, open_holds
from projects.models import LedgerEntry, LedgerKind

CHARGES = (LedgerKind.SETTLE, LedgerKind.OVERRUN, LedgerKind.CORRECTION)
BY_PERSONS = (GenerationState.NEEDS_ATTENTION,)
# A step comes back after its lease, 130 s at most, and then once in ten minutes at the slowest.
LATE = timedelta(minutes=15)
BATCH = 500


def open_holds_have_live_jobs(since: Since) -> Iterator[str]:
    """Credits are held for a job that is under way or waits for a person, and for nothing else."""
    keys = set(open_holds().filter(of_month=True).values_list("key", flat=True).iterator())
    live = {job.ledger_key: job for job in Generation.objects.unfinished().select_related("take__shot").iterator()}
    for key in sorted(keys - live.keys()):
        yield f"{key}: credits are still held, but its job is over or was never there"
    for key in sorted(live.keys() - keys):
        yield f"{key}: {live[key]} goes on without a hold"


def charges_equal_ledger(since: Since) -> Iterator[str]:
    """What a finished job says it cost is what the ledger booked for it."""
    over = Generation.objects.filter(state__in=END_STATES)
    if since:
        over = over.filter(finished_at__gte=since)
    for jobs in _batches(over.order_by("pk")):
        booked = _booked([job.ledger_key for job in jobs])
        for job in jobs:
            said = booked.get(job.ledger_key, Decimal(0))
            if (job.charged or Decimal(0)) != said:
                yield f"{job.ledger_key}: the job says {job.charged or 0}, the ledger booked {said}"


def _booked(keys: list[str]) -> dict[str, Decimal]:
    rows = LedgerEntry.objects.filter(key__in=keys, of_month=True, kind__in=CHARGES)
    sums = rows.order_by().values_list("key").annotate(Sum("credits"))
    return {key: credits.quantize(Decimal("0.01")) for key, credits in sums}


def _batches(jobs: QuerySet[Generation]) -> Iterator[list[Generation]]:
    """The rows in order, so many at a time, by key: constant memory for any number."""
    last = None
    while batch := list((jobs.filter(pk__gt=last) if last else jobs)[:BATCH]):
        yield batch
        last = batch[-1].pk


def tasks_stand_on_attempts(since: Since) -> Iterator[str]:
    """A job follows a task that one of its own attempts was accepted as; an accepted attempt names its task."""
    jobs = Generation.objects.exclude(task_id="")
    attempts = Attempt.objects.filter(outcome=Outcome.ACCEPTED, task_id="")
    if since:
        jobs, attempts = jobs.filter(state_since__gte=since), attempts.filter(created_at__gte=since)
    own = Attempt.objects.filter(generation=OuterRef("pk"), task_id=OuterRef("task_id"), outcome=Outcome.ACCEPTED)
    for job in jobs.filter(~Exists(own)).iterator():
        yield f"{job.ledger_key}: follows {job.task_id}, which none of its attempts was accepted as"
    for attempt in attempts.iterator():
        yield f"attempt {attempt.pk}: accepted without the name of a task"


def nothing_is_sent_again_unasked(since: Since) -> Iterator[str]:
    """After an attempt of unknown outcome there is another one only if a person asked for it."""
    earlier = Attempt.objects.filter(
        Q(outcome=Outcome.UNKNOWN) | Q(outcome=Outcome.PENDING) | Q(outcome=Outcome.ACCEPTED),
        generation=OuterRef("generation"),
        number=OuterRef("number") - 1,
    )
    asked = GenerationMove.objects.filter(
        generation=OuterRef("generation"), old__in=BY_PERSONS, new=GenerationState.QUEUED, by__isnull=False
    )
    again = Attempt.objects.filter(Exists(earlier) & ~Exists(asked), number__gt=1)
    if since:
        again = again.filter(created_at__gte=since)
    for attempt in again.iterator():
        yield f"generation:{attempt.generation_id}: attempt {attempt.number} followed one of unknown outcome"


def nothing_is_lost(since: Since) -> Iterator[str]:
    """Every job that the machine is at has a moment at which it is looked at again, and that moment is kept."""
    now = timezone.now()
    machine = Generation.objects.unfinished().exclude(state__in=BY_PERSONS)
    if LineStop.objects.open().exists():
        machine = machine.exclude(state=GenerationState.QUEUED)  # waiting in sight of everybody
    for job in machine.filter(due_at=None).iterator():
        yield f"{job.ledger_key}: {job.state}, and nothing will ever look at it"
    waits = machine.filter(due_at__lt=now - LATE).exclude(state=GenerationState.QUEUED)
    for job in waits.iterator():
        yield f"{job.ledger_key}: {job.state}, due since {job.due_at:%Y-%m-%d %H:%M:%S} UTC"


JOBS = (
    Invariant(2, "holds are open for live jobs only", open_holds_have_live_jobs),
    Invariant(2, "jobs' charges equal their ledger rows", charges_equal_ledger),
    Invariant(3, "tasks stand on accepted attempts", tasks_stand_on_attempts),
    Invariant(3, "nothing is sent again unasked", nothing_is_sent_again_unasked),
    Invariant(4, "nothing is lost", nothing_is_lost),
)
