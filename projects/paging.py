"""Pages by key: where the last row stood, not how many came before, so page 1,000 costs what page 1 costs.

Rows are read newest first by (`by`, id). The address carries the key of the row at the edge: `?before=` leads to older
rows, `?after=` to newer ones; every other parameter (filters) stays as it is.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.http import QueryDict

BEFORE, AFTER = "before", "after"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

type Key = tuple[datetime, UUID]


@dataclass(frozen=True)
class Page[M: models.Model]:
    """Some rows, newest first, and the queries ("?before=…", empty at an end) of the pages beside it."""

    rows: list[M]
    next_query: str
    previous_query: str


def page_by_key[M: models.Model](
    queryset: models.QuerySet[M], params: QueryDict, *, size: int = 50, by: str = "created_at"
) -> Page[M]:
    """At most `size` rows, newest first, from the edge that `params` name; one query.

    `by` is a date-time column, indexed together with the id. A key that can't be read gives the first page.
    """
    older, newer = read_key(params.get(BEFORE, "")), read_key(params.get(AFTER, ""))
    if newer and not older:
        rows = list(queryset.filter(_beyond(by, "gt", newer)).order_by(by, "pk")[: size + 1])
        more_newer, more_older = len(rows) > size, True
        rows = rows[:size][::-1]
    else:
        found = queryset.filter(_beyond(by, "lt", older)) if older else queryset
        rows = list(found.order_by(f"-{by}", "-pk")[: size + 1])
        more_newer, more_older = older is not None, len(rows) > size
        rows = rows[:size]
    return Page(
        rows,
        next_query=_query(params, BEFORE, rows[-1], by) if rows and more_older else "",
        previous_query=_query(params, AFTER, rows[0], by) if rows and more_newer else "",
    )


def write_key(moment: datetime, pk: UUID) -> str:
    """A key for an address: microseconds since 1970 and the id."""
    return f"{(moment - _EPOCH) // timedelta(microseconds=1)}-{pk.hex}"


def read_key(text: str) -> Key | None:
    """The key of `write_key`, or None for any other text."""
    moment, _, pk = text.partition("-")
    try:
        return _EPOCH + timedelta(microseconds=int(moment)), UUID(hex=pk)
    except (ValueError, OverflowError):
        return None


def _beyond(by: str, side: str, key: Key) -> Q:
    moment, pk = key
    # The first condition says again what the second implies: it is the one that an index can follow.
    return Q(**{f"{by}__{side}e": moment}) & (Q(**{f"{by}__{side}": moment}) | Q(**{f"pk__{side}": pk}))


def _query(params: QueryDict, side: str, row: models.Model, by: str) -> str:
    query = params.copy()
    for name in (BEFORE, AFTER):
        query.pop(name, None)
    query[side] = write_key(getattr(row, by), row.pk)
    return f"?{query.urlencode()}"
