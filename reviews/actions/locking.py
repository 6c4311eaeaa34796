"""The one lock of reviewing: whoever asks, notes, decides, selects or seals takes the shot's row first."""

from uuid import UUID

from assets.models import Shot


def lock_shot(shot_id: UUID) -> Shot:
    """The shot as it is now with its current version, locked until the transaction ends.

    Selecting a version holds the same lock, so that nobody judges a version while it is being replaced.
    """
    shots = Shot.objects.select_for_update(of=("self",)).select_related("project__organisation", "current_version")
    return shots.get(pk=shot_id)
