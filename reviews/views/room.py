"""The review room of a version, and revising it."""

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assets.models import Version
from projects.access import MemberRequest, load, logged_in
from projects.roles import Right
from reviews.forms.rounds import DecisionForm, NoteForm
from reviews.models import Round, RoundState
from reviews.room import rounds_of, threads_of

ROOM_ROWS = ("shot__project__organisation", "shot__current_version", "clip", "take__image__asset", "take__created_by")


def load_version(request: MemberRequest, pk: UUID, right: Right = Right.VIEW) -> Version:
    """The version with all that the room and the actions read of it."""
    return load(
        request, Version.objects.visible_to(request.user).select_related(*ROOM_ROWS, "selected_by"), right, pk=pk
    )


@require_safe
@logged_in
def version_review(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Look, note, decide."""
    version = load_version(request, pk)
    return render_room(request, version)


def render_room(
    request: MemberRequest,
    version: Version,
    *,
    note_form: NoteForm | None = None,
    decision_form: DecisionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The room's page; a refused form comes back with what was typed and status 422."""
    rounds = rounds_of(version, request.member)
    threads = threads_of(version)
    context = {
        "version": version,
        "clip": version.clip,
        "is_current": version.shot.current_version_id == version.pk,
        "current": rounds[0] if rounds and rounds[0].asked.state != RoundState.WITHDRAWN else None,
        "rounds": rounds,
        "threads": threads,
        "open_count": sum(note.resolved_at is None for note in threads),
        "note_form": note_form or NoteForm(),
        "decision_form": decision_form or DecisionForm(initial={"file_sha256": version.clip.sha256}),
        "versions": version.shot.versions.all(),
        "next_round": _next_waiting(request, version),
    }
    return render(request, "reviews/room.html", context, status=status)


def _next_waiting(request: MemberRequest, version: Version) -> Round | None:
    waiting = Round.objects.visible_to(request.user).waiting_for(request.user).exclude(version=version)
    return waiting.order_by("due_at", "created_at").first()


def version_revise(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Placeholder until the composer lands."""
    raise Http404
