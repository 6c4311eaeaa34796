"""Decide about a version."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from projects.access import MemberRequest, load, logged_in
from projects.errors import Refused
from projects.roles import Right
from reviews.actions.decisions import decide
from reviews.forms.rounds import DecisionForm
from reviews.models import Round, Verdict
from reviews.views.room import load_version, render_room


@require_POST
@logged_in
def round_decide(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Approve, request changes or reject."""
    asked = load(request, Round.objects.visible_to(request.user), Right.DECIDE, pk=pk)
    version = load_version(request, asked.version_id)
    form = DecisionForm(request.POST)
    if form.is_valid():
        try:
            decision = decide(
                by=request.user,
                asked=asked,
                verdict=Verdict(form.cleaned_data["verdict"]),
                seen_sha256=form.cleaned_data["file_sha256"],
                reason=form.cleaned_data["reason"],
            )
        except Refused as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, f"{decision.get_verdict_display()}: {version}.")
            return redirect(version)
    return render_room(request, version, decision_form=form, status=422)
