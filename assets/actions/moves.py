"""The one way a job changes its state: a conditional UPDATE and the row that it leaves."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from assets.actions.shots import refresh_shot
from assets.models import Generation, GenerationMove, GenerationState
from assets.models.generation import END_STATES, TRANSITIONS
from projects.models import User

WHY_LENGTH = 300
# What a shot counts: jobs at an end, jobs that wait for a person, and all others without a difference.
COUNTED = END_STATES | {GenerationState.NEEDS_ATTENTION}


class WrongMove(Exception):
    """A move that the state graph doesn't have: a mistake in the code, never in the data."""


def move(generation: Generation, new: GenerationState, *, by: User | None = None, why: str = "", **fields: Any) -> bool:
    """Move the job from the state in which the caller saw it, and set `fields` with it. `by`: None is the machine.

    False when somebody else moved it first: nothing has changed then, and the caller must not act on what it knew.
    Raises WrongMove. Locks: the job, then its shot; whatever concerns budgets comes after it in the transaction.
    """
    old = GenerationState(generation.state)
    if new not in TRANSITIONS[old]:
        raise WrongMove(f"{old} → {new}")
    now = timezone.now()
    changes: dict[str, Any] = {"state": new, "state_since": now, "lease_until": None}
    if new in END_STATES:
        changes |= {"finished_at": now, "due_at": None}
    changes |= fields
    with transaction.atomic(savepoint=False):  # inside a greater step it stands or falls with that
        if not Generation.objects.filter(pk=generation.pk, state=old).update(**changes):
            return False
        GenerationMove.objects.create(generation_id=generation.pk, old=old, new=new, by=by, why=why[:WHY_LENGTH])
        if old in COUNTED or new in COUNTED:
            refresh_shot(generation.take.shot_id)
    for name, value in changes.items():
        setattr(generation, name, value)
    return True
