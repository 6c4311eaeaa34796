"""Projects and their briefs. The project's own page is the board, on the roof."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects.access import MemberRequest, load, logged_in, with_right
from projects.actions.projects import archive_project, create_project, edit_brief, edit_project, restore_project
from projects.forms.projects import BriefForm, NewProjectForm, ProjectFilterForm, ProjectForm, in_words
from projects.models import Project
from projects.paging import page_by_key
from projects.roles import Right
from projects.views.doing import done, status_of, told


@require_safe
@with_right(Right.VIEW)
def project_list(request: MemberRequest) -> HttpResponse:
    """Current projects, or the archived ones; newest first."""
    form = ProjectFilterForm(request.GET)
    if not form.is_valid():
        return render(request, "projects/project_list.html", {"form": form}, status=status_of(form))
    archived: bool = form.cleaned_data["archived"]
    projects = Project.objects.visible_to(request.user).filter(organisation=request.member.organisation)
    found = projects.archived() if archived else projects.current()
    page = page_by_key(found.called(form.cleaned_data["q"]).select_related("brief"), request.GET)
    context = {
        "form": form,
        "archived": archived,
        "page": page,
        "shots": Project.objects.shot_counts(page.rows),
        "filtered": bool(form.cleaned_data["q"]),
    }
    return render(request, "projects/project_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@with_right(Right.EDIT_PROJECT)
def project_create(request: MemberRequest) -> HttpResponse:
    """Start a project: the goal first."""
    form = NewProjectForm(request.POST if request.method == "POST" else None)
    made: list[Project] = []
    if form.is_bound and done(
        form,
        lambda good: made.append(
            create_project(
                by=request.user,
                organisation=request.member.organisation,
                name=good.cleaned_data["name"],
                client=good.cleaned_data["client"],
                brief=good.content(),
            )
        ),
    ):
        messages.success(request, f"{made[0].name} is ready for its first shot.")
        return redirect("project_board", pk=made[0].pk)
    return render(request, "projects/project_create.html", {"form": form}, status=status_of(form))


def _project(request: MemberRequest, pk: UUID, right: Right = Right.EDIT_PROJECT) -> Project:
    projects = Project.objects.visible_to(request.user).select_related("brief", "organisation")
    return load(request, projects, right, pk=pk)


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def project_brief(request: MemberRequest, pk: UUID) -> HttpResponse:
    """What the project is for: everybody reads it, who may edit projects changes it."""
    project = _project(request, pk, Right.VIEW if request.method != "POST" else Right.EDIT_PROJECT)
    form = BriefForm(request.POST if request.method == "POST" else None, initial=BriefForm.brief_values(project.brief))
    if form.is_bound and done(form, lambda good: edit_brief(by=request.user, project=project, brief=good.content())):
        messages.success(request, "The brief is saved. Takes that were generated before stay as they are.")
        return redirect("project_board", pk=project.pk)
    context = {"form": form, "project": project, "brief": project.brief, "starts": in_words(project.brief.defaults)}
    may_edit = request.member.can(Right.EDIT_PROJECT) and (form.is_bound or not project.archived_at)
    page = "projects/project_brief.html" if may_edit else "projects/project_brief_read.html"
    return render(request, page, context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def project_edit(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Change its name and client, archive or restore it."""
    project = _project(request, pk)
    form = ProjectForm(request.POST if request.method == "POST" else None, initial=ProjectForm.values(project))
    if form.is_bound and done(form, lambda good: edit_project(by=request.user, project=project, **good.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("project_board", pk=project.pk)
    context = {"form": form, "project": project}
    return render(request, "projects/project_edit.html", context, status=status_of(form))


@require_POST
@logged_in
def project_archive(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Put it away."""
    project = _project(request, pk)
    said = f"{project.name} is archived. Nothing of it is lost."
    told(request, lambda: archive_project(by=request.user, project=project), said)
    return redirect("project_list")


@require_POST
@logged_in
def project_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Bring it back."""
    project = _project(request, pk)
    told(request, lambda: restore_project(by=request.user, project=project), f"{project.name} is back.")
    return redirect("project_edit", pk=project.pk)
