"""Jobs and their money: credits are held for jobs that go on, and what a job says it cost is what was booked for it.

The ledger knows a job by a text that SQL can't make of the job's key on both databases, so the two are laid side by
side here, so many at a time: constant memory, and a look into the ledger's index instead of a walk through it.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from itertools import batched
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from assets.models import Generation, StrayTask
from assets.models.generation import END_STATES
from projects.invariants import Invariant, Since
from projects.models import LedgerEntry, LedgerKind

type Booked = dict[str, Decimal]
CHARGES = (LedgerKind.SETTLE, LedgerKind.OVERRUN, LedgerKind.CORRECTION)
ENDS = (LedgerKind.SETTLE, LedgerKind.RELEASE)
BATCH = 500
NOTHING = Decimal(0)
PREFIX = "generation:"


def open_holds_have_live_jobs(since: Since) -> Iterator[str]:
    """Credits are held for a job that is under way or waits for a person, as many as it says, and for nothing else."""
    jobs = Generation.objects.all()
    if since:
        jobs = jobs.filter(~Q(state__in=END_STATES) | Q(finished_at__gte=since))
    for batch in _batches(jobs):
        ledger = _booked([job.ledger_key for job in batch])
        for job in batch:
            yield from _wrong_hold(job, ledger[job.ledger_key])


def _wrong_hold(job: Generation, booked: Booked) -> Iterator[str]:
    is_open = _is_open(booked)
    if job.is_over and is_open:
        yield f"{job.ledger_key}: {booked[LedgerKind.HOLD]} are still held, but the job is over"
    elif not job.is_over and not is_open:
        yield f"{job.ledger_key}: {job.state}, and goes on without a hold"
    elif LedgerKind.HOLD in booked and booked[LedgerKind.HOLD] != job.held:
        yield f"{job.ledger_key}: the job says {job.held} were held, the ledger {booked[LedgerKind.HOLD]}"


def holds_belong_to_jobs(since: Since) -> Iterator[str]:
    """No credits are held for a job that was never there."""
    holds = LedgerEntry.objects.filter(kind=LedgerKind.HOLD, of_month=True).order_by()
    if since:
        holds = holds.filter(at__gte=since)
    keys = holds.values_list("key", flat=True).iterator()
    for batch in batched(keys, BATCH):
        there = {f"{PREFIX}{pk}" for pk in Generation.objects.filter(pk__in=_ids(batch)).values_list("pk", flat=True)}
        strangers = [key for key in batch if key not in there]
        ledger = _booked(strangers)
        for key in strangers:
            if _is_open(ledger[key]):
                yield f"{key}: {ledger[key][LedgerKind.HOLD]} are held for a job that is not there"


def _ids(keys: tuple[str, ...]) -> list[UUID]:
    found = []
    for key in keys:
        try:
            found.append(UUID(key.removeprefix(PREFIX)))
        except ValueError:
            continue
    return found


def charges_equal_ledger(since: Since) -> Iterator[str]:
    """What a finished job says it cost, its second tasks included, is what the ledger booked for it."""
    over = Generation.objects.filter(state__in=END_STATES)
    if since:
        over = over.filter(finished_at__gte=since)
    for batch in _batches(over):
        ledger = _booked([job.ledger_key for job in batch])
        beside = _beside(batch)
        for job in batch:
            booked = sum((ledger[job.ledger_key].get(kind, NOTHING) for kind in CHARGES), NOTHING)
            said = (job.charged or NOTHING) + beside.get(job.pk, NOTHING)
            if said != booked:
                yield f"{job.ledger_key}: the job says {said}, the ledger booked {booked}"


def _beside(jobs: list[Generation]) -> dict[UUID, Decimal]:
    """What Kie took for second tasks of these jobs, in credits."""
    rows = StrayTask.objects.filter(attempt__generation__in=jobs, beside=True).order_by()
    return dict(rows.values_list("attempt__generation").annotate(Sum("charged")))


def _booked(keys: list[str]) -> defaultdict[str, Booked]:
    """What the months' ledgers say of each key, in credits by kind of row."""
    ledger: defaultdict[str, Booked] = defaultdict(dict)
    rows = LedgerEntry.objects.filter(key__in=keys, of_month=True).order_by()
    for key, kind, credits in rows.values_list("key", "kind", "credits"):
        ledger[key][kind] = ledger[key].get(kind, NOTHING) + credits
    return ledger


def _is_open(booked: Booked) -> bool:
    return LedgerKind.HOLD in booked and not any(kind in booked for kind in ENDS)


def _batches(jobs: QuerySet[Generation]) -> Iterator[list[Generation]]:
    """The rows in order, so many at a time, by key: constant memory for any number."""
    rows = jobs.order_by("pk").only("pk", "state", "held", "charged")
    last = None
    while batch := list((rows.filter(pk__gt=last) if last else rows)[:BATCH]):
        yield batch
        last = batch[-1].pk


HOLDS = (
    Invariant(2, "holds are open for live jobs only", open_holds_have_live_jobs),
    Invariant(2, "holds belong to jobs", holds_belong_to_jobs),
    Invariant(2, "jobs' charges equal their ledger rows", charges_equal_ledger),
)
