"""What reviews do when something happens on a lower floor."""

from typing import Any

from assets.models import Version
from projects.models import User
from reviews.actions.asking import supersede_rounds
from reviews.actions.notes import count_open_notes


def version_selected(sender: Any, *, version: Version, by: User, **kwargs: Any) -> None:
    """A newer version replaces the old in review, and the shot's open notes are those of the new one."""
    supersede_rounds(by=by, version=version)
    count_open_notes(version.shot)
