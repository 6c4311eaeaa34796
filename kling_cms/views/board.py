"""The project page: header, budget strip, stage rail and the board of shots."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from assets.models import Shot
from assets.models.shot import STAGE_OF
from kling_cms.insights import reviewer_dots, shot_states, stage_counts
from projects.access import MemberRequest, load, logged_in
from projects.actions.money import standing
from projects.models import Project
from projects.roles import Right

BOARD_SIZE = 50


@require_safe
@logged_in
def project_board(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One project."""
    projects = Project.objects.visible_to(request.user).select_related("brief", "organisation")
    project = load(request, projects, Right.VIEW, pk=pk)
    shots, more = _shots_asked_for(project, request.GET)
    dots = reviewer_dots(shots)
    stage = request.GET.get("stage", "")
    context = {
        "project": project,
        "brief": project.brief,
        "stages": stage_counts(shot_states(project.shots.all()), active=stage, url=project.get_absolute_url()),
        "stage": stage,
        "q": request.GET.get("q", ""),
        "shots": [(shot, dots.get(shot.pk, ())) for shot in shots],
        "more": more,
        "budget": standing(project.organisation, project) if request.member.can(Right.SEE_MONEY) else None,
    }
    return render(request, "projects/board.html", context)


def _shots_asked_for(project: Project, params: QueryDict) -> tuple[list[Shot], str]:
    """At most a page of shots by number, filtered, and the query of the next page (empty at the end)."""
    shots: QuerySet[Shot] = project.shots.select_related("current_version", "poster_clip").order_by("number")
    states = [state for state, stage in STAGE_OF.items() if stage == params.get("stage")]
    if states:
        shots = shots.filter(state__in=states)
    if words := params.get("q", "").replace("\0", ""):
        shots = shots.filter(name__icontains=words)
    after = params.get("after", "")
    if after.isascii() and after.isdigit():
        shots = shots.filter(number__gt=int(after[:9]))
    rows = list(shots[: BOARD_SIZE + 1])
    if len(rows) <= BOARD_SIZE:
        return rows, ""
    following = params.copy()
    following["after"] = str(rows[BOARD_SIZE - 1].number)
    return rows[:BOARD_SIZE], f"?{following.urlencode()}"
