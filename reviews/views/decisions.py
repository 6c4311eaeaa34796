"""Decide about a version."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from projects.access import MemberRequest, load, logged_in
from projects.roles import Right
from projects.views.doing import done
from reviews.actions.decisions import decide
from reviews.forms.rounds import DecisionForm
from reviews.models import Round, Verdict
from reviews.views.room import load_version, render_room


@require_POST
@logged_in
def round_decide(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Approve, request changes or reject."""
    rounds = Round.objects.visible_to(request.user).select_related("version__shot")
    asked = load(request, rounds, Right.DECIDE, pk=pk)
    form = DecisionForm(request.POST)

    def act(good: DecisionForm) -> None:
        wish = good.cleaned_data
        decision = decide(
            by=request.user,
            asked=asked,
            verdict=Verdict(wish["verdict"]),
            seen_sha256=wish["file_sha256"],
            reason=wish["reason"],
        )
        messages.success(request, f"{decision.get_verdict_display()}: {asked.version}.")

    if done(form, act):
        return redirect("version_review", pk=asked.version_id)
    return render_room(request, load_version(request, asked.version_id), decision_form=form, status=422)
