"""Lineage: which takes were made to answer which notes."""

from collections.abc import Iterable, Sequence

from django.db import transaction

from assets.models import Take, Version
from projects.access import member_for, require
from projects.actions.audit import log
from projects.models import User
from projects.roles import Right
from reviews.models import Note, NoteAnswer


@transaction.atomic
def answer_notes(*, by: User, version: Version, notes: Iterable[Note], takes: Sequence[Take]) -> None:
    """Record that `takes` answer `notes` of `version`. Twice the same changes nothing."""
    organisation = version.shot.project.organisation
    require(member_for(by, organisation.pk), Right.GENERATE)
    known = set(NoteAnswer.objects.filter(take__in=takes).values_list("note_id", "take_id"))
    fresh = [NoteAnswer(note=note, take=take) for note in notes for take in takes if (note.pk, take.pk) not in known]
    if not fresh:
        return
    NoteAnswer.objects.bulk_create(fresh)
    names = ", ".join(f"take {take.number}" for take in takes)
    log(organisation=organisation, by=by, verb="revised", target=version, changes={"answered by": ("", names)})
