"""Which version may go out: the one place that says so."""

from assets.models import Shot
from reviews.models import Round, RoundState


def standing_approval(shot: Shot) -> Round | None:
    """The round that approved exactly the file of the shot's current version, or None.

    The newest round that was not withdrawn counts: a later question about the same version suspends an earlier yes.
    """
    if shot.current_version is None:
        return None
    newest = (
        Round.objects.filter(version=shot.current_version)
        .exclude(state=RoundState.WITHDRAWN)
        .select_related("version__clip")
        .first()
    )
    if newest is None or newest.state != RoundState.APPROVED:
        return None
    return newest if newest.file_sha256 == newest.version.clip.sha256 else None
