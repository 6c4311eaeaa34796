"""Jobs: one task an attempt, nothing sent twice, nothing lost."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from assets.models import Attempt, Generation, GenerationMove, GenerationState, LineStop, Outcome
from assets.pipeline import clock
from projects.invariants import Invariant, Since

BY_PERSONS = (GenerationState.NEEDS_ATTENTION,)
# A step comes back after its lease, 130 s at most, and then once in ten minutes at the slowest.
LATE = timedelta(minutes=15)
# How long a job stays in a state before the machine must have moved it, or handed it to a person; LATE comes on top.
DEADLINES = {
    GenerationState.SUBMITTING: clock.UPLOAD_LEASE,
    GenerationState.UNKNOWN: clock.UNKNOWN_WINDOW,
    GenerationState.RUNNING: clock.RUNNING_DEADLINE,
    GenerationState.FETCHING: clock.FETCH_DEADLINE,
}


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


def deadlines_are_kept(since: Since) -> Iterator[str]:
    """No job stays with the machine for longer than its state allows: then it ends, or a person sees it.

    Queued jobs are left out: they wait in sight of everybody, for a call that the limit allows or for the line.
    """
    now = timezone.now()
    late = Q()
    for state, allowed in DEADLINES.items():
        late |= Q(state=state, state_since__lt=now - allowed - LATE)
    for job in Generation.objects.filter(late).iterator():
        yield f"{job.ledger_key}: {job.state} since {job.state_since:%Y-%m-%d %H:%M:%S} UTC, past its deadline"


JOBS = (
    Invariant(3, "tasks stand on accepted attempts", tasks_stand_on_attempts),
    Invariant(3, "nothing is sent again unasked", nothing_is_sent_again_unasked),
    Invariant(4, "nothing is lost", nothing_is_lost, in_time=True),
    Invariant(4, "jobs keep their deadlines", deadlines_are_kept, in_time=True),
)
