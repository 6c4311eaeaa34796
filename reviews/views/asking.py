"""Ask for a review, and take the question back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from projects.access import MemberRequest, load, logged_in
from projects.errors import Refused
from projects.roles import Right
from reviews.actions.asking import ask_review, withdraw_round
from reviews.forms.rounds import AskForm
from reviews.models import Round
from reviews.views.room import load_version


@logged_in
def review_ask(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Pick people, a deadline and how many approvals are needed."""
    version = load_version(request, pk, Right.ASK_REVIEW)
    form = AskForm(request.POST or None, version=version)
    if form.is_valid():
        wish = form.cleaned_data
        try:
            ask_review(
                by=request.user,
                version=version,
                reviewers=form.chosen(),
                needed=wish["needed"],
                due_at=wish["due_at"],
                message=wish["message"],
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, f"{version} is in review.")
            return redirect(version)
    return render(request, "reviews/ask.html", {"version": version, "form": form}, status=422 if form.errors else 200)


@require_POST
@logged_in
def round_withdraw(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Take the question back."""
    rounds = Round.objects.visible_to(request.user).select_related("version", "shot__project__organisation")
    asked = load(request, rounds, Right.ASK_REVIEW, pk=pk)
    try:
        withdraw_round(by=request.user, asked=asked)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Review withdrawn.")
    return redirect(asked.version)
