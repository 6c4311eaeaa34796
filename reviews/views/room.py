"""The review room of a version, and revising it."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from assets.models import Take, Version
from assets.views.composer import compose_page
from projects.access import MemberRequest, load, logged_in
from projects.roles import Right
from reviews.actions.revising import answer_notes
from reviews.forms.rounds import DecisionForm, NoteForm, ReplyForm
from reviews.models import Round, RoundState
from reviews.room import latest_objection, rounds_of, threads_of

ROOM_ROWS = (
    "shot__project__organisation",
    "shot__project__brief",
    "shot__current_version",
    "clip",
    "take__image__asset",
    "take__created_by",
    "take__generation",
    "selected_by",
)


def load_version(request: MemberRequest, pk: UUID, right: Right = Right.VIEW) -> Version:
    """The version with all that the room and the actions read of it."""
    return load(request, Version.objects.visible_to(request.user).select_related(*ROOM_ROWS), right, pk=pk)


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
    reply_form: ReplyForm | None = None,
    status: int = 200,
) -> HttpResponse:
    """The room's page; a refused form comes back with what was typed and status 422."""
    rounds = rounds_of(version, request.member)
    threads = threads_of(version)
    context = {
        "version": version,
        "clip": version.clip,
        "is_current": version.shot.current_version_id == version.pk,
        "current": next((view for view in rounds if view.asked.state != RoundState.WITHDRAWN), None),
        "rounds": rounds,
        "threads": threads,
        "notes": [thread.note for thread in threads],
        "open_count": sum(thread.note.resolved_at is None for thread in threads),
        "note_form": note_form or NoteForm(),
        "decision_form": decision_form or DecisionForm(initial={"file_sha256": version.clip.sha256}),
        "reply_form": reply_form,
        "versions": version.shot.versions.all(),
        "next_round": _next_waiting(request, version),
    }
    return render(request, "reviews/room.html", context, status=status)


def _next_waiting(request: MemberRequest, version: Version) -> Round | None:
    mine = Round.objects.visible_to(request.user).filter(organisation=request.member.organisation)
    return mine.waiting_for(request.user).exclude(version=version).by_deadline().first()


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def version_revise(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The composer with the open notes beside the prompt; the takes it queues answer the notes that are ticked."""
    version = load_version(request, pk, Right.GENERATE)
    notes = [thread.note for thread in threads_of(version) if thread.note.resolved_at is None]
    ticked = set(request.POST.getlist("answers")) if request.method == "POST" else {str(note.pk) for note in notes}

    def answered(takes: list[Take]) -> None:
        chosen = [note for note in notes if str(note.pk) in ticked]
        answer_notes(by=request.user, version=version, notes=chosen, takes=takes)

    reason = latest_objection(version)
    extra = {"version": version, "notes": notes, "ticked": ticked, "reason": reason, "clip": version.clip}
    return compose_page(
        request, version.shot, parent=version.take, template="reviews/revise.html", extra=extra, answered=answered
    )
