"""Moves: only edges of the state graph, each with its row, and no way out of an end."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import Q, QuerySet

from assets.models import Generation, GenerationMove, GenerationState
from assets.models.generation import TRANSITIONS
from projects.invariants import Invariant, Since

BEGIN = ""


def only_edges_happen(since: Since) -> Iterator[str]:
    """Every move is one that the state graph has."""
    legal = Q(old=BEGIN, new=GenerationState.QUEUED)
    for old, ways in TRANSITIONS.items():
        legal |= Q(old=old, new__in=ways)
    for move in _moves(since).exclude(legal).iterator():
        yield f"generation:{move.generation_id}: moved {move}, which no state allows"


def moves_lead_to_the_state(since: Since) -> Iterator[str]:
    """A job's moves begin once, lead on from each other without a gap, and end where the job stands.

    The order in time is not asked for, since clocks may step: a way through all of them is.
    """
    jobs = Generation.objects.order_by("pk").values_list("pk", "state")
    moves = GenerationMove.objects.order_by("generation_id").values_list("generation_id", "old", "new")
    if since:
        jobs = jobs.filter(state_since__gte=since)
        moves = moves.filter(generation__in=jobs.order_by().values("pk"))
    rows = moves.iterator()
    row = next(rows, None)
    for pk, state in jobs.iterator():
        balance: Counter[str] = Counter()
        while row is not None and row[0] == pk:
            balance[row[1]] -= 1
            balance[row[2]] += 1
            row = next(rows, None)
        if {name: count for name, count in balance.items() if count} != {BEGIN: -1, state: 1}:
            yield f"generation:{pk}: its moves don't lead to {state}"


def _moves(since: Since) -> QuerySet[GenerationMove]:
    return GenerationMove.objects.filter(created_at__gte=since) if since else GenerationMove.objects.all()


MOVES = (
    Invariant(6, "only edges of the state graph happen", only_edges_happen),
    Invariant(6, "moves lead to the state", moves_lead_to_the_state),
)
