"""What the page of a package shows, in a constant number of queries."""

from typing import Any, NamedTuple

from django.http import QueryDict

from assets.models import Shot, Version
from assets.models.shot import ShotState
from projects.models import Organisation, Project
from projects.paging import page_by_key
from reviews.deliverable import NotDeliverable, approvals
from reviews.models import Package, PackageItem

SHOTS_OFFERED = 100
PROJECTS_OFFERED = 20
DOWNLOADS_SHOWN = 20
READY_STATES = (ShotState.APPROVED, ShotState.DELIVERED)


def projects_with_approved_shots(organisation: Organisation) -> list[Project]:
    """Current projects in which something waits to be delivered, newest first."""
    waiting = Shot.objects.filter(state=ShotState.APPROVED).values("project")
    return list(Project.objects.filter(organisation=organisation, pk__in=waiting).current()[:PROJECTS_OFFERED])


class CheckedItem(NamedTuple):
    """A clip of a package and why it can't go out as it is; no `problem` when it can."""

    item: PackageItem
    problem: str


def package_page(package: Package, params: QueryDict) -> dict[str, Any]:
    """Clips with what is wrong with each; what an open package may still get; who took a sealed one."""
    items = list(
        package.items.select_related(
            "version__shot__current_version", "version__clip", "approval", "version__take__generation"
        )
    )
    context: dict[str, Any] = {"package": package, "project": package.project}
    if package.sealed_at:
        context["items"] = [CheckedItem(item, "") for item in items]
        context["downloads"] = page_by_key(package.downloads.select_related("by"), params, size=DOWNLOADS_SHOWN)
        return context
    checked = _checked(items)
    return {**context, **_offered(package, items), "items": checked, "why_not": _why_not(checked)}


def _checked(items: list[PackageItem]) -> list[CheckedItem]:
    answers = approvals([item.version for item in items])
    checked = []
    for item in items:
        answer = answers[item.version_id]
        problem = str(answer) if isinstance(answer, NotDeliverable) else ""
        if not problem and item.file_sha256 != item.version.clip.sha256:
            problem = "Another file was added than the one that is there now."
        checked.append(CheckedItem(item, problem))
    return checked


def _why_not(items: list[CheckedItem]) -> str:
    """Under a disabled button stands the reason; empty when the package can be sealed."""
    wrong = len([each for each in items if each.problem])
    if not items:
        return "Add an approved clip first."
    return f"{wrong} of {len(items)} clips can't go out as they are." if wrong else ""


def _offered(package: Package, items: list[PackageItem]) -> dict[str, Any]:
    """Approved current versions that are not in the package, and how many shots aren't approved yet."""
    shots = Shot.objects.filter(project=package.project_id)
    inside = [item.version_id for item in items]
    found = (
        Version.objects.filter(shot__project=package.project_id, shot__state__in=READY_STATES)
        .filter(pk__in=shots.values("current_version"))
        .exclude(pk__in=inside)
        .select_related("shot__current_version", "clip")
        .order_by("shot__number")[:SHOTS_OFFERED]
    )
    answers = approvals(list(found))
    ready = [version for version in found if not isinstance(answers[version.pk], NotDeliverable)]
    return {"ready": ready, "unready": shots.exclude(state__in=READY_STATES).count()}
