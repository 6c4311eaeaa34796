"""Write notes, answer, resolve, reopen."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from projects.access import MemberRequest, load, logged_in
from projects.errors import Refused
from projects.roles import Right
from projects.views.doing import done
from reviews.actions.notes import add_note, reopen_note, reply, resolve_note
from reviews.forms.rounds import NoteForm, ReplyForm
from reviews.models import Note
from reviews.views.room import load_version, render_room


def load_note(request: MemberRequest, pk: UUID) -> Note:
    """A note the person may see and comment on."""
    notes = Note.objects.visible_to(request.user).select_related("version__shot__project__organisation", "parent")
    return load(request, notes, Right.COMMENT, pk=pk)


def place_of(note: Note) -> str:
    """The address of a note in its room, with the player on the note's frame."""
    frame = "" if note.frame is None else f"?frame={note.frame}"
    return f"{note.version.get_absolute_url()}{frame}#note-{note.pk}"


@require_POST
@logged_in
def note_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Add a note to a version."""
    version = load_version(request, pk, Right.COMMENT)
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            note = add_note(by=request.user, version=version, **form.cleaned_data)
        except Refused as refusal:
            form.add_error("text", str(refusal))
        else:
            return redirect(place_of(note))
    return render_room(request, load_version(request, pk), note_form=form, status=422)


@require_POST
@logged_in
def note_reply(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Answer a note."""
    note = load_note(request, pk)
    form = ReplyForm(request.POST, to=note.parent_id or note.pk)
    if done(form, lambda good: reply(by=request.user, note=note, **good.cleaned_data)):
        return redirect(place_of(note.parent or note))
    return render_room(request, load_version(request, note.version_id), reply_form=form, status=422)


def _settle(request: MemberRequest, pk: UUID, action: Callable[..., None], said: str) -> HttpResponse:
    note = load_note(request, pk)
    try:
        action(by=request.user, note=note)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said)
    return redirect(place_of(note))


@require_POST
@logged_in
def note_resolve(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Mark a note as done."""
    return _settle(request, pk, resolve_note, "Note resolved.")


@require_POST
@logged_in
def note_reopen(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take “done” back."""
    return _settle(request, pk, reopen_note, "Note open again.")
