"""Shots: create, edit, and keep their state current."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Subquery, Sum
from django.utils import timezone

from assets.models import Clip, Generation, Shot
from assets.models.generation import END_STATES, GenerationState
from assets.models.shot import ShotState
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import Project, User
from projects.roles import Right

# While a shot stands in one of these, its jobs alone decide where it stands; later states are people's decisions.
BY_JOBS = (ShotState.DRAFT, ShotState.GENERATING, ShotState.NEEDS_ATTENTION, ShotState.TRIAGE)


@transaction.atomic
def create_shot(*, by: User, project: Project, name: str, description: str = "") -> Shot:
    """A new shot at the end of the project's list. Raises PermissionDenied, or Refused in an archived project."""
    require(member_for(by, project.organisation_id), Right.EDIT_SHOT)
    locked = Project.objects.select_for_update().get(pk=project.pk)
    refuse_archived(locked)
    last = locked.shots.aggregate(last=Max("number"))["last"] or 0
    shot = Shot.objects.create(project=locked, number=last + 1, name=name, description=description, created_by=by)
    log(organisation=locked.organisation, by=by, verb="created", target=shot)
    return shot


@transaction.atomic
def edit_shot(*, by: User, shot: Shot, name: str, description: str) -> Shot:
    """Change what a shot is called and what it shall show. Raises as `create_shot`."""
    require(member_for(by, shot.project.organisation_id), Right.EDIT_SHOT)
    refuse_archived(shot.project)
    old = Shot.objects.select_for_update().get(pk=shot.pk)
    changes = {
        field: (getattr(old, field), new)
        for field, new in (("name", name), ("description", description))
        if getattr(old, field) != new
    }
    if changes:
        Shot.objects.filter(pk=shot.pk).update(name=name, description=description)
        log(organisation=shot.project.organisation, by=by, verb="changed", target=shot, changes=changes)
    shot.name, shot.description = name, description
    return shot


@transaction.atomic(savepoint=False)
def refresh_shot(shot_id: UUID) -> None:
    """Write running jobs, credits settled, the poster and, while the jobs decide it, the state. Safe at any time.

    The lock on the shot comes before the counting, so of two jobs that end at once the later one counts both.
    """
    shot = Shot.objects.select_for_update().only("state", "current_version").get(pk=shot_id)
    jobs = Generation.objects.filter(take__shot=shot_id).order_by().values_list("state")
    by_state = {state: (count, spent) for state, count, spent in jobs.annotate(Count("pk"), Sum("charged"))}
    running = sum(count for state, (count, _) in by_state.items() if state not in END_STATES)
    changes: dict[str, Any] = {
        "running": running,
        "spent": sum((spent for _, spent in by_state.values() if spent), Decimal(0)),
        "poster_clip": _poster(shot),
    }
    if shot.state in BY_JOBS:
        stuck, _ = by_state.get(GenerationState.NEEDS_ATTENTION, (0, None))
        state = _state_by_jobs(bool(by_state), running, stuck)
        if state != shot.state:
            changes |= {"state": state, "state_since": timezone.now()}
    Shot.objects.filter(pk=shot.pk).update(**changes)


def _state_by_jobs(jobs: bool, running: int, stuck: int) -> ShotState:
    """What a shot that has `jobs` waits for: `running` ones are not at an end, `stuck` of them wait for a person."""
    if running > stuck:
        return ShotState.GENERATING
    if stuck:
        return ShotState.NEEDS_ATTENTION
    return ShotState.TRIAGE if jobs else ShotState.DRAFT


def _poster(shot: Shot) -> UUID | Subquery:
    """The clip that stands for the shot: the current version's, else that of its newest take not discarded."""
    if shot.current_version:
        return shot.current_version.clip_id
    clips = Clip.objects.filter(take__shot=shot, take__discarded_at=None).order_by("-take__number")
    return Subquery(clips.values("pk")[:1])


def set_shot_state(shot: Shot, state: ShotState) -> None:
    """Write the state and since when, unless it stands already."""
    now = timezone.now()
    Shot.objects.filter(pk=shot.pk).exclude(state=state).update(state=state, state_since=now)
    shot.state = state


def refuse_archived(project: Project) -> None:
    """Raise Refused in an archived project."""
    if project.archived_at:
        raise Refused(f"“{project.name}” is archived, so nothing new is made in it. A producer can restore it.")
