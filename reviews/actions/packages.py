"""Packages: only what is approved, exactly as it was approved, and fixed once sealed.

Whether a version may go out is asked three times: when it is added, when the page shows it, and under lock when the
package is sealed. The answer always comes from `approval_of`.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assets.actions.shots import set_shot_state
from assets.models import Shot, Version
from assets.models.shot import ShotState
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import Project, User
from projects.roles import Right
from reviews.deliverable import NotDeliverable, approval_of, approvals
from reviews.files import check_stored
from reviews.handover import handover_of
from reviews.manifest import digest, file_name, manifest_of
from reviews.models import Download, Package, PackageItem

ITEM_PARTS = (
    "version__shot__current_version",
    "version__clip",
    "version__take__generation",
    "version__take__image__asset",
    "version__take__created_by",
)


@transaction.atomic
def create_package(*, by: User, project: Project, name: str, message: str = "") -> Package:
    """An open, empty package. Raises PermissionDenied, or Refused in an archived project."""
    require(member_for(by, project.organisation_id), Right.DELIVER)
    locked = Project.objects.select_for_update().get(pk=project.pk)
    if locked.archived_at:
        raise Refused(f"“{locked}” is archived, so nothing new is delivered from it. A producer can restore it.")
    last = locked.packages.aggregate(last=Max("number"))["last"] or 0
    package = Package.objects.create(
        organisation_id=locked.organisation_id,
        project=locked,
        number=last + 1,
        name=name,
        message=message,
        created_by=by,
    )
    log(organisation=project.organisation, by=by, verb="created", target=package)
    return package


@transaction.atomic
def add_all(*, by: User, package: Package, versions: Iterable[Version]) -> list[PackageItem]:
    """Put several versions into a package, or none of them. Raises as `add_to_package` does."""
    return [add_to_package(by=by, package=package, version=version) for version in versions]


@transaction.atomic
def add_to_package(*, by: User, package: Package, version: Version) -> PackageItem:
    """Put an approved version into an open package; the same again gives the same item.

    Raises PermissionDenied, or Refused with what is missing.
    """
    package = _open(by, package)
    if version.shot.project_id != package.project_id:
        raise Refused(f"{version} belongs to another project. A package holds clips of one project.")
    if there := package.items.filter(version=version).first():
        return there
    approval = approval_of(version)
    shot = version.shot
    taken = set(package.items.values_list("file_name", flat=True))
    item = PackageItem.objects.create(
        package=package,
        version=version,
        approval=approval,
        file_sha256=version.clip.sha256,
        file_name=file_name(package.project.name, shot.name, shot.number, version.number, taken),
    )
    changes = {"clip": (None, str(version)), "file": (None, item.file_sha256)}
    log(organisation=package.organisation, by=by, verb="added to", target=package, changes=changes)
    return item


@transaction.atomic
def remove_from_package(*, by: User, package: Package, item: PackageItem) -> None:
    """Take a clip out of an open package. Raises PermissionDenied or Refused."""
    package = _open(by, package)
    if item.package_id != package.pk:
        raise Refused("That clip is in another package. Nothing was removed.")
    changes = {"clip": (str(item.version), None)}
    item.delete()
    log(organisation=package.organisation, by=by, verb="removed from", target=package, changes=changes)


@transaction.atomic
def delete_package(*, by: User, package: Package) -> None:
    """Delete an open package; the clips and their approvals stay. Raises PermissionDenied or Refused."""
    package = _open(by, package)
    log(organisation=package.organisation, by=by, verb="deleted", target=package)
    package.items.all().delete()
    package.delete()


def seal_package(*, by: User, package: Package) -> Package:
    """Fix the package for good: the files are read and hashed, every approval asked again under lock, the manifest
    written, the shots marked delivered.

    Raises PermissionDenied, or Refused with every reason why it can't be sealed; nothing has changed then.
    """
    # The files are read before the locks are taken: hashing may take long, and a stored file never changes.
    read = {item.file_sha256 for item in package.items.select_related("version__clip") if check_stored(item)}
    with transaction.atomic():
        package = _open(by, package)
        items = _locked_items(package)
        if not items:
            raise Refused("There is nothing in this package yet. Add an approved clip first.")
        _check_items(items)
        if {item.file_sha256 for item in items} - read:
            raise Refused("Somebody added a clip at the same moment. Look at the package again, then seal it.")
        _fix(package, items, by)
    return package


def record_download(*, by: User, package: Package) -> Download:
    """Note that somebody takes the zip. Raises PermissionDenied, or Refused while the package is open."""
    require(member_for(by, package.organisation_id), Right.DOWNLOAD)
    if not Package.objects.filter(pk=package.pk, sealed_at__isnull=False).exists():
        raise Refused("This package is not sealed yet, so there is nothing to download.")
    with transaction.atomic():
        download = Download.objects.create(package=package, by=by)
        log(organisation=package.organisation, by=by, verb="downloaded", target=package)
    return download


def _open(by: User, package: Package) -> Package:
    """The package as it is now, locked and still open."""
    locked = (
        Package.objects.select_for_update(of=("self",)).select_related("organisation", "project").get(pk=package.pk)
    )
    require(member_for(by, locked.organisation_id), Right.DELIVER)
    if locked.sealed_at:
        raise Refused(f"“{locked}” is sealed and stays as it is. Make a new package for other clips.")
    return locked


def _locked_items(package: Package) -> list[PackageItem]:
    """The items, with their shots locked: no new version and no new decision ends up beside a seal."""
    shots = Shot.objects.filter(versions__package_items__package=package)
    list(Shot.objects.select_for_update().filter(pk__in=shots.values("pk")).order_by("pk"))
    return list(package.items.select_related(*ITEM_PARTS))


def _check_items(items: list[PackageItem]) -> None:
    """Ask for every approval again and keep the round that gives it. Raises Refused with all that is wrong."""
    answers = approvals([item.version for item in items])
    problems = []
    for item in items:
        answer = answers[item.version_id]
        if isinstance(answer, NotDeliverable):
            problems.append(str(answer))
        elif item.file_sha256 != item.version.clip.sha256:
            problems.append(f"{item.version} is another file than the one that was added. Remove it and add it again.")
        elif item.approval_id != answer.pk:
            item.approval = answer
            item.save(update_fields=["approval"])
    if problems:
        raise Refused(" ".join(problems))


def _fix(package: Package, items: list[PackageItem], by: User) -> None:
    package.sealed_at, package.sealed_by = timezone.now(), by
    package.manifest = manifest_of(handover_of(package, items))
    package.manifest_sha256 = digest(package.manifest)
    package.save(update_fields=["sealed_at", "sealed_by", "manifest", "manifest_sha256"])
    for item in items:
        set_shot_state(item.version.shot, ShotState.DELIVERED)
    log(
        organisation=package.organisation,
        by=by,
        verb="sealed",
        target=package,
        changes={"manifest_sha256": (None, package.manifest_sha256), "clips": (None, len(items))},
    )
