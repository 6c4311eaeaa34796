"""Put a due row on the queue, once however many sweepers see it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from projects.crash_points import crash_point
from projects.queue import enqueue


def put_due(
    rows: QuerySet[Any], key: UUID, due_at: datetime | None, *, task: str, again: datetime, ahead: bool = False
) -> bool:
    """Ask for `task`, and for another look at `again` in case the queue loses it; False when a rival was faster.

    Whoever moves `due_at` from the value that all saw puts the row on the queue.
    """
    with transaction.atomic():
        if not rows.filter(pk=key, due_at=due_at).update(due_at=again):
            return False
        crash_point("sweeping")
        enqueue(task, key, ahead=ahead)
    return True
