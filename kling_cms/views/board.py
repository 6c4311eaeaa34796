"""The project page: header, budget strip, stage rail and the board of shots."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render

from projects.access import MemberRequest, load, logged_in
from projects.models import Project
from projects.roles import Right


@logged_in
def project_board(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One project."""
    project = load(request, Project.objects.visible_to(request.user), Right.VIEW, pk=pk)
    return render(request, "projects/board.html", {"project": project})
