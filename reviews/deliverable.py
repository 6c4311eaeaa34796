"""May this version go out? One answer for every door: adding, showing, sealing."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Count, F, Q

from assets.models import Version
from projects.errors import Refused
from reviews.models import Round, RoundState, Verdict


class NotDeliverable(Refused):
    """This version isn't approved as it is; the text says what is missing."""


def approval_of(version: Version) -> Round:
    """The round that approved exactly this version and file. Raises NotDeliverable.

    Only the shot's current version counts, only its latest round (withdrawn ones aside), and only decisions that named
    this very file.
    """
    answer = approvals([version])[version.pk]
    if isinstance(answer, NotDeliverable):
        raise answer
    return answer


def approvals(versions: Collection[Version]) -> dict[UUID, Round | NotDeliverable]:
    """The same for many versions in one query: by version the approving round, or what is missing.

    The versions bring `shot.current_version` and `clip` along.
    """
    said_yes = Q(
        decisions__verdict=Verdict.APPROVE,
        decisions__replaced_at=None,
        decisions__file_sha256=F("version__clip__sha256"),
    )
    rounds = (
        Round.objects.filter(version__in=versions)
        .exclude(state=RoundState.WITHDRAWN)
        .annotate(yes=Count("decisions", filter=said_yes))
        .order_by("created_at", "pk")
    )
    latest = {asked.version_id: (asked, vars(asked)["yes"]) for asked in rounds}
    return {version.pk: _answer(version, *latest.get(version.pk, (None, 0))) for version in versions}


def _answer(version: Version, latest: Round | None, yes: int) -> Round | NotDeliverable:
    current = version.shot.current_version
    if current is None or current.pk != version.pk:
        return NotDeliverable(f"{version} is no longer current, so its approval doesn't count. Deliver {current}.")
    if latest is None:
        return NotDeliverable(f"{version} was never reviewed. Ask for a review first.")
    if latest.state != RoundState.APPROVED:
        return NotDeliverable(f"{version} is not approved ({latest.get_state_display().lower()}).")
    if latest.file_sha256 != version.clip.sha256:
        return NotDeliverable(f"{version} is another file than the one that was approved. Ask for a new review.")
    if yes < latest.needed:
        return NotDeliverable(f"{version} has {yes} of {latest.needed} approvals for this file.")
    return latest
