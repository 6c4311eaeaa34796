"""Who took which clip."""

from django.db import transaction

from assets.models import Clip
from projects.access import member_for, require
from projects.actions.audit import log
from projects.models import User
from projects.roles import Right


@transaction.atomic
def record_clip_download(*, by: User, clip: Clip) -> None:
    """Note that somebody takes a clip's file. Raises PermissionDenied."""
    organisation = clip.take.shot.project.organisation
    require(member_for(by, organisation.pk), Right.DOWNLOAD)
    log(organisation=organisation, by=by, verb="downloaded", target=clip, changes={"file": (None, clip.sha256)})
