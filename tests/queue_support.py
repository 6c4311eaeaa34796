"""Run in this process what was put on the queue, or what is due on one job."""

from datetime import timedelta

import time_machine
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ

from assets.models import Generation
from assets.pipeline import steps
from projects.queue import MEDIA


def drain(limit: int = 200, *, media: bool = False) -> int:
    """Run every queued task and whatever those put on the queue; drawings (slow) with `media` only.

    Returns how many ran; AssertionError past `limit`.
    """
    ran = 0
    waiting = OrmQ.objects.order_by("pk") if media else OrmQ.objects.exclude(key=MEDIA).order_by("pk")
    while row := waiting.first():
        task = row.task
        row.delete()
        import_string(task["func"])(*task["args"])
        ran += 1
        assert ran <= limit, "the queue doesn't get quiet"
    return ran


def queued() -> list[tuple[str, str]]:
    """What waits on the queue, in order: dotted name and id."""
    return [(row.task["func"], row.task["args"][0]) for row in OrmQ.objects.order_by("pk")]


def advance(job: Generation, after: timedelta = timedelta(0)) -> Generation:
    """Do what is due on a job as if so much time had passed, then read its row again."""
    with time_machine.travel(timezone.now() + after, tick=True):
        steps.advance(job.pk)
    job.refresh_from_db()
    return job
