"""Run what was put on the queue in this process, in order, until it is quiet."""

from django.utils.module_loading import import_string
from django_q.models import OrmQ


def drain(limit: int = 200) -> int:
    """Run every queued task and whatever those put on the queue. Returns how many ran; AssertionError past `limit`."""
    ran = 0
    while row := OrmQ.objects.order_by("pk").first():
        task = row.task
        row.delete()
        import_string(task["func"])(*task["args"])
        ran += 1
        assert ran <= limit, "the queue doesn't get quiet"
    return ran


def queued() -> list[tuple[str, str]]:
    """What waits on the queue, in order: dotted name and id."""
    return [(row.task["func"], row.task["args"][0]) for row in OrmQ.objects.order_by("pk")]
