"""Looks at the rows that are none of the product's: past the ORM, which would cost more than what it looks at."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection

LOOKS = {
    "due": "SELECT MIN(due_at) FROM assets_generation",
    "next due": "SELECT MIN(due_at) FROM assets_generation WHERE due_at > ?",
    "unfinished": "SELECT 1 FROM assets_generation WHERE state NOT IN ('ready', 'failed', 'cancelled') LIMIT 1",
}


def look_at(what: str, *given: object) -> Any:
    """The one value of a look; None where there is nothing."""
    row = connection.connection.execute(LOOKS[what], given).fetchone()
    return row[0] if row else None


def due_after(moment: datetime | None = None) -> datetime | None:
    """When the first job is due, of all or of those that are due later than that."""
    due = look_at("next due", f"{moment:%Y-%m-%d %H:%M:%S.%f}") if moment else look_at("due")
    return datetime.fromisoformat(due).replace(tzinfo=UTC) if due else None
