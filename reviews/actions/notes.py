"""Notes on a version: write, answer, resolve, reopen."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from assets.models import Shot, Version
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import User
from projects.roles import Right
from reviews.actions.locking import lock_shot
from reviews.models import Note


class EmptyAnswer(Refused):
    """An answer of nothing but spaces."""

    field = "text"


@transaction.atomic
def add_note(*, by: User, version: Version, text: str, frame: int | None = None, last_frame: int | None = None) -> Note:
    """Write a note on the whole clip, a frame or a range (frames from 0, both ends included).

    Raises Refused for an empty text, a frame the clip doesn't have, or a version that is no longer current.
    """
    version.shot = lock_shot(version.shot_id)
    require(member_for(by, version.shot.project.organisation_id), Right.COMMENT)
    if version.shot.current_version_id != version.pk:
        raise Refused(f"{version} was replaced. Write the note on {version.shot.current_version}; your text is kept.")
    if not text.strip():
        raise Refused("Write what you noticed; the note is empty.")
    frames = version.clip.frames
    if last_frame is not None and (frame is None or last_frame < frame):
        raise Refused("The range ends before it begins. Set its start first.")
    if max(frame or 0, last_frame or 0) >= frames:
        raise Refused(f"This clip has frames 0 to {frames - 1}. Pick one of them.")
    note = Note.objects.create(version=version, author=by, text=text, frame=frame, last_frame=last_frame)
    count_open_notes(version.shot)
    _log(by, "wrote a note", note)
    return note


@transaction.atomic
def reply(*, by: User, note: Note, text: str) -> Note:
    """Answer a note (or the note a reply belongs to: threads are one level deep). Raises EmptyAnswer."""
    require(member_for(by, note.version.shot.project.organisation_id), Right.COMMENT)
    if not text.strip():
        raise EmptyAnswer("Write an answer; it is empty.")
    answer = Note.objects.create(version=note.version, parent=note.parent or note, author=by, text=text)
    _log(by, "answered a note", answer)
    return answer


def resolve_note(*, by: User, note: Note) -> None:
    """Mark a note as done. Doing it twice changes nothing."""
    _set_resolved(by=by, note=note, resolved=True)


def reopen_note(*, by: User, note: Note) -> None:
    """Take “done” back. Doing it twice changes nothing."""
    _set_resolved(by=by, note=note, resolved=False)


@transaction.atomic
def _set_resolved(*, by: User, note: Note, resolved: bool) -> None:
    require(member_for(by, note.version.shot.project.organisation_id), Right.COMMENT)
    if note.parent_id:
        raise Refused("An answer can't be resolved by itself; resolve the note it belongs to.")
    note.version.shot = lock_shot(note.version.shot_id)
    changed = Note.objects.filter(pk=note.pk, resolved_at__isnull=resolved).update(
        resolved_at=timezone.now() if resolved else None, resolved_by=by if resolved else None
    )
    if changed:
        count_open_notes(note.version.shot)
        _log(by, "resolved a note" if resolved else "reopened a note", note)


def count_open_notes(shot: Shot) -> None:
    """Write the number of open notes on the shot's current version into the shot, whose lock the caller holds."""
    amount = Note.objects.open().filter(version__shot=shot, version=F("version__shot__current_version")).count()
    Shot.objects.filter(pk=shot.pk).update(open_notes=amount)
    shot.open_notes = amount


def _log(by: User, verb: str, note: Note) -> None:
    log(
        organisation=note.version.shot.project.organisation,
        by=by,
        verb=verb,
        target=note,
        label=f"{note.version}: {note.text}",
    )
