"""Leave a job to another worker, since this one is told to stop: it is due at once and nobody waits for a lease."""

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from assets.models import Generation, GenerationState


def leave(job: Generation) -> None:
    """A job that this worker hasn't begun with."""
    now = timezone.now()
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    Generation.objects.filter(free, pk=job.pk, state=job.state, due_at__gt=now).update(due_at=now)


def hand_back(job: Generation) -> None:
    """A job whose step was broken off in this worker (HandBack) where it can be done again from the start."""
    forget_connection()
    now = timezone.now()
    ours = Generation.objects.filter(pk=job.pk, state=job.state)
    if job.state == GenerationState.SUBMITTING:
        # Before anything was sent; a claim that ran out may be another's by now.
        ours.filter(lease_until=job.lease_until).update(lease_until=now, due_at=now)
    elif job.state == GenerationState.FETCHING:
        ours.update(lease_until=None, due_at=now)
    else:
        leave(job)


def forget_connection() -> None:
    """Close the database connection: it may have been broken off in the middle of an answer."""
    if not connection.in_atomic_block:
        connection.close()
