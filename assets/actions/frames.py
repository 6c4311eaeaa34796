"""“Start from this frame”: any frame of a clip becomes an asset, and the next take can begin where this one was."""

from django.db import IntegrityError, transaction

from assets.actions.library import restore_asset
from assets.clips import local_copy
from assets.media.images import Picture, encode
from assets.media.probe import ReadingStopped, frame_image
from assets.models import Asset, Clip, Consent, Licence
from assets.shelf import NAME_LENGTH, save_asset, stored
from projects.access import member_for, require
from projects.errors import Refused
from projects.models import User
from projects.roles import Right
from projects.templatetags.house import timecode


def frame_to_asset(*, by: User, clip: Clip, frame: int) -> Asset:
    """The asset of frame number `frame` (from 0): made once, the same one ever after, brought back if it was retired.

    It carries on the rights of the image that the clip itself started from. Done in the request, because the composer
    that opens next needs the picture: one seek and a few decoded frames in a child process, 18 s at the very most.
    Raises PermissionDenied, or Refused when the clip has no such frame or its file can't be read.
    """
    require(member_for(by, clip.take.shot.project.organisation_id), Right.EDIT_ASSET)
    if not 0 <= frame < clip.frames:
        raise Refused(f"This clip has frames 0 to {clip.frames - 1}; there is no frame {frame}.")
    return _made_before(by, clip, frame) or _make(by, clip, frame)


def _made_before(by: User, clip: Clip, frame: int) -> Asset | None:
    asset = Asset.objects.filter(source_clip=clip, source_frame=frame).first()
    if asset and asset.retired_at and restore_asset(by=by, asset=asset):
        asset.refresh_from_db()
    return asset


def _make(by: User, clip: Clip, frame: int) -> Asset:
    picture = _picture(clip, frame)
    asset = _described(clip, frame)
    asset.created_by = by
    try:
        with stored(picture) as files, transaction.atomic():
            return save_asset(asset, picture, files, original_name=f"frame-{frame}.png", tags=["frame"])
    except IntegrityError:  # somebody else made it in this very moment
        made = _made_before(by, clip, frame)
        if made is None:
            raise
        return made


def _picture(clip: Clip, frame: int) -> Picture:
    try:
        with local_copy(clip.file) as path:
            return encode(frame_image(path, frame), lossless=True)
    except FileNotFoundError:
        raise Refused("Storage has lost the file of this clip, so no frame can be taken. Tell an admin.") from None
    except ReadingStopped:
        raise Refused("Cutting the frame out took too long just now. Try again in a minute.") from None


def _described(clip: Clip, frame: int) -> Asset:
    shot, image = clip.take.shot, clip.take.image
    where = f", {timecode(frame, clip.fps)}"
    source = image.asset if image else None
    return Asset(
        organisation=shot.project.organisation,
        name=f"{shot.name[: NAME_LENGTH - len(where)]}{where}",
        licence=source.licence if source else Licence.OWNED,
        consent=source.consent if source else Consent.NOT_NEEDED,
        expires_on=source.expires_on if source else None,
        source_clip=clip,
        source_frame=frame,
    )
