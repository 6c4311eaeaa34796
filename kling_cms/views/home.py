"""Home, by role: each section stands for a right, so a person with two hats sees both."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from assets.models import Shot
from assets.models.shot import ShotState
from kling_cms.insights import (
    engine,
    failures_by_class,
    latest_audit,
    overdue_seats,
    projects_in_work,
    running_jobs,
    shot_states,
    shots_waiting,
    stage_counts,
)
from projects.access import MemberRequest, with_right
from projects.actions.money import standing
from projects.roles import Right
from reviews.models import Round

QUEUE_SHOWN = 8


@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """Where browsers look by themselves, on pages that name no icon."""
    return redirect(static("kling_cms/img/mark.svg"))


@require_safe
@with_right(Right.VIEW)
def home(request: MemberRequest) -> HttpResponse:
    """What waits for this person."""
    member = request.member
    waiting = (
        Round.objects.filter(organisation=member.organisation)
        .waiting_for(request.user)
        .select_related("version__shot__project", "asked_by")
        .by_deadline()
    )
    context: dict[str, Any] = {"projects": projects_in_work(member.organisation)}
    if member.can(Right.DECIDE):
        context["waiting"] = list(waiting[:QUEUE_SHOWN])
    if member.can(Right.GENERATE):
        context |= _making(request)
    if member.can(Right.EDIT_PROJECT):
        context |= _producing(request)
    if member.can(Right.RESOLVE_ATTENTION):
        context |= {"engine": engine(member.organisation), "audit": latest_audit(member.organisation)}
    if member.can(Right.SEE_MONEY):
        context["budget"] = standing(member.organisation).month
    return render(request, "home.html", context)


def _making(request: MemberRequest) -> dict[str, Any]:
    organisation = request.member.organisation
    return {
        "rework": shots_waiting(request.user, organisation, ShotState.CHANGES_WANTED),
        "triage": shots_waiting(request.user, organisation, ShotState.TRIAGE),
        "running": running_jobs(request.user, organisation),
    }


def _producing(request: MemberRequest) -> dict[str, Any]:
    organisation = request.member.organisation
    shots = Shot.objects.filter(project__organisation=organisation, project__archived_at=None)
    return {
        "stages": stage_counts(shot_states(shots)),
        "overdue": overdue_seats(organisation),
        "failures": failures_by_class(organisation),
    }
