"""Shots: create, edit, and keep their state current."""

from django.utils import timezone

from assets.models import Shot
from assets.models.shot import ShotState


def set_shot_state(shot: Shot, state: ShotState) -> None:
    """Write the state and since when, unless it stands already."""
    now = timezone.now()
    Shot.objects.filter(pk=shot.pk).exclude(state=state).update(state=state, state_since=now)
    shot.state = state
