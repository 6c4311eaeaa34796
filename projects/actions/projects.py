"""Start, describe, archive and restore projects."""

from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.goals import Goal
from projects.models import Brief, Organisation, Project, User
from projects.roles import Right


class NameTaken(Refused):
    """Another current project of the organisation has this name."""

    field = "name"


@dataclass(frozen=True)
class BriefContent:
    """What a brief says. Overrides left empty (`""`, None) mean: as the goal proposes. `seconds` is 5 or 10."""

    goal: Goal
    audience: str = ""
    message: str = ""
    acceptance_criteria: list[str] = field(default_factory=list)
    deadline: datetime | None = None
    route: str = ""
    seconds: int | None = None
    aspect_ratio: str = ""
    sound: bool | None = None
    takes: int | None = None


@transaction.atomic
def create_project(
    *, by: User, organisation: Organisation, name: str, client: str = "", brief: BriefContent
) -> Project:
    """A project with its brief. Raises PermissionDenied, or Refused when a current project has that name."""
    require(member_for(by, organisation.pk), Right.EDIT_PROJECT)
    project = Project(organisation=organisation, name=_named(name), client=client.strip(), created_by=by)
    _save_under_its_name(project)
    Brief.objects.create(project=project, **asdict(brief))
    log(
        organisation=organisation,
        by=by,
        verb="created",
        target=project,
        changes={"goal": (None, str(brief.goal)), "deadline": (None, brief.deadline)},
    )
    return project


@transaction.atomic
def edit_project(*, by: User, project: Project, name: str, client: str) -> None:
    """Change name and client. Raises PermissionDenied, or Refused when another current project has that name."""
    current = _locked(by, project)
    old = {"name": current.name, "client": current.client}
    current.name, current.client = _named(name), client.strip()
    changes = _changes(old, {"name": current.name, "client": current.client})
    if changes:
        _save_under_its_name(current)
        log(organisation=current.organisation, by=by, verb="changed", target=current, changes=changes)


@transaction.atomic
def edit_brief(*, by: User, project: Project, brief: BriefContent) -> None:
    """Replace what the brief says. Raises PermissionDenied or Refused."""
    current = _locked(by, project)
    row = Brief.objects.get(project=current)
    new = asdict(brief)
    changes = _changes({name: getattr(row, name) for name in new}, new)
    if not changes:
        return
    for name, value in new.items():
        setattr(row, name, value)
    row.save()
    log(
        organisation=current.organisation,
        by=by,
        verb="changed the brief of",
        target=current,
        changes=changes,
    )


@transaction.atomic
def archive_project(*, by: User, project: Project) -> None:
    """Put a project away; nothing of it is lost, and its name is free again. Raises PermissionDenied."""
    require(member_for(by, project.organisation_id), Right.EDIT_PROJECT)
    if Project.objects.filter(pk=project.pk).current().update(archived_at=timezone.now()):
        log(organisation=project.organisation, by=by, verb="archived", target=project)


@transaction.atomic
def restore_project(*, by: User, project: Project) -> None:
    """Bring a project back. Raises PermissionDenied, or Refused when its name was taken meanwhile."""
    require(member_for(by, project.organisation_id), Right.EDIT_PROJECT)
    try:
        with transaction.atomic():
            back = Project.objects.filter(pk=project.pk, archived_at__isnull=False).update(archived_at=None)
    except IntegrityError as error:
        raise Refused(f"Another project is called “{project.name}” now. Rename that one first.") from error
    if back:
        log(organisation=project.organisation, by=by, verb="restored", target=project)


def _locked(by: User, project: Project) -> Project:
    current = Project.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=project.pk)
    require(member_for(by, current.organisation_id), Right.EDIT_PROJECT)
    if current.archived_at:
        raise Refused("This project is archived. Restore it first, then change it.")
    return current


def _named(name: str) -> str:
    if not name.strip():
        raise Refused("A project needs a name.")
    return name.strip()


def _save_under_its_name(project: Project) -> None:
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError as error:
        raise NameTaken(f"There is a project called “{project.name}” already. Choose another name.") from error


def _changes(old: dict[str, Any], new: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    return {name: (old[name], value) for name, value in new.items() if old[name] != value}
