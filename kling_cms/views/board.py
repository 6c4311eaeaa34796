"""The project page: header, budget strip, stage rail and the board of shots."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kling_cms.board import board
from kling_cms.insights import stage_counts
from projects.access import MemberRequest, load, logged_in
from projects.actions.money import standing
from projects.models import Project
from projects.roles import Right


@require_safe
@logged_in
def project_board(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One project."""
    projects = Project.objects.visible_to(request.user).select_related("brief", "organisation")
    project = load(request, projects, Right.VIEW, pk=pk)
    money = request.member.can(Right.SEE_MONEY)
    page = board(project, request.GET, money=money)
    stage = request.GET.get("stage", "")
    context = {
        "project": project,
        "brief": project.brief,
        "stages": stage_counts(page.states, active=stage, url=project.get_absolute_url()),
        "stage": stage,
        "q": request.GET.get("q", ""),
        "tiles": page.tiles,
        "more": page.following,
        "budget": standing(project.organisation, project) if money else None,
    }
    return render(request, "projects/board.html", context)
