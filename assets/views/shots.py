"""Plan a shot, and change what it is called."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from assets.actions.shots import create_shot, edit_shot
from assets.forms.shots import ShotForm
from assets.models import Shot
from projects.access import MemberRequest, load, logged_in
from projects.models import Project
from projects.roles import Right
from projects.views.doing import done, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def shot_create(request: MemberRequest, pk: UUID) -> HttpResponse:
    """A new shot of a project; the composer is the next step."""
    projects = Project.objects.visible_to(request.user).select_related("organisation")
    project = load(request, projects, Right.EDIT_SHOT, pk=pk)
    form = ShotForm(request.POST if request.method == "POST" else None)
    made: list[Shot] = []
    if form.is_bound and done(
        form, lambda good: made.append(create_shot(by=request.user, project=project, **good.cleaned_data))
    ):
        return redirect("composer" if request.member.can(Right.GENERATE) else "take_list", made[0].pk)
    return render(request, "assets/shot_form.html", {"project": project, "form": form}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def shot_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Name and description of a shot."""
    shots = Shot.objects.visible_to(request.user).select_related("project__organisation")
    shot = load(request, shots, Right.EDIT_SHOT, pk=pk)
    old = {"name": shot.name, "description": shot.description}
    form = ShotForm(request.POST if request.method == "POST" else None, initial=old)
    if form.is_bound and done(form, lambda good: edit_shot(by=request.user, shot=shot, **good.cleaned_data)):
        messages.success(request, f"“{shot.name}” is saved.")
        return redirect("take_list", shot.pk)
    context = {"project": shot.project, "form": form, "shot": shot}
    return render(request, "assets/shot_form.html", context, status=status_of(form))
