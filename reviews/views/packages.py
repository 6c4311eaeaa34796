"""Deliveries: packages, their checks, their zip."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from projects.access import MemberRequest, load, logged_in, with_right
from projects.errors import Refused
from projects.models import Project
from projects.paging import page_by_key
from projects.roles import Right
from projects.views.doing import done, status_of, told
from reviews.actions.packages import (
    add_all,
    create_package,
    delete_package,
    record_download,
    remove_from_package,
    seal_package,
)
from reviews.files import missing_files, zip_of
from reviews.forms.packages import AddForm, PackageForm
from reviews.manifest import Manifest, canonical, without_costs, zip_name
from reviews.models import Package
from reviews.packing import package_page, projects_with_approved_shots


@require_safe
@with_right(Right.VIEW)
def package_list(request: MemberRequest) -> HttpResponse:
    """The organisation's packages, newest first."""
    organisation, delivers = request.member.organisation, request.member.can(Right.DELIVER)
    packages = Package.objects.visible_to(request.user).filter(organisation=organisation)
    context = {
        "page": page_by_key(packages.counted().select_related("project", "created_by", "sealed_by"), request.GET),
        "projects": projects_with_approved_shots(organisation) if delivers else [],
    }
    return render(request, "reviews/package_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def package_create(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Begin a package of a project."""
    project = load(request, Project.objects.visible_to(request.user), Right.DELIVER, pk=pk)
    form = PackageForm(request.POST if request.method == "POST" else None)
    made: list[Package] = []
    if form.is_bound and done(
        form, lambda good: made.append(create_package(by=request.user, project=project, **good.cleaned_data))
    ):
        messages.success(request, f"{made[0]} is open. Add approved clips, then seal it.")
        return redirect("package_detail", pk=made[0].pk)
    return render(request, "reviews/package_create.html", {"form": form, "project": project}, status=status_of(form))


def _package(request: MemberRequest, pk: UUID, right: Right) -> Package:
    packages = Package.objects.visible_to(request.user)
    related = packages.select_related("project__organisation", "organisation", "created_by", "sealed_by")
    return load(request, related, right, pk=pk)


@require_safe
@logged_in
def package_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One package: its clips with their checks; open: what can be added; sealed: manifest and downloads."""
    package = _package(request, pk, Right.VIEW)
    return render(request, "reviews/package_detail.html", package_page(package, request.GET))


@require_POST
@logged_in
def package_add(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Put approved versions in."""
    package = _package(request, pk, Right.DELIVER)
    form = AddForm(request.POST, request.user)
    if done(form, lambda good: add_all(by=request.user, package=package, versions=good.cleaned_data["version"])):
        return redirect("package_detail", pk=package.pk)
    context = {**package_page(package, request.GET), "problem": " ".join(_sentences(form))}
    return render(request, "reviews/package_detail.html", context, status=status_of(form))


def _sentences(form: AddForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


@require_POST
@logged_in
def package_remove(request: MemberRequest, pk: UUID, item: UUID) -> HttpResponse:
    """Take a clip out."""
    package = _package(request, pk, Right.DELIVER)
    row = package.items.filter(pk=item).select_related("version__shot").first()
    if row is None:
        messages.info(request, "That clip is not in this package any more.")
    else:
        said = f"{row.version} is out of the package."
        told(request, lambda: remove_from_package(by=request.user, package=package, item=row), said)
    return redirect("package_detail", pk=package.pk)


@require_POST
@logged_in
def package_seal(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Fix it for good, or say why not."""
    package = _package(request, pk, Right.DELIVER)
    try:
        seal_package(by=request.user, package=package)
    except Refused as refusal:
        context = {**package_page(package, request.GET), "problem": str(refusal)}
        return render(request, "reviews/package_detail.html", context, status=422)
    messages.success(request, f"{package} is sealed. It can be downloaded now and won't change.")
    return redirect("package_detail", pk=package.pk)


@require_POST
@logged_in
def package_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Delete an open package."""
    package = _package(request, pk, Right.DELIVER)
    said = f"{package} is deleted. Its clips and their approvals stay."
    if told(request, lambda: delete_package(by=request.user, package=package), said):
        return redirect("package_list")
    return redirect("package_detail", pk=package.pk)


def _manifest(request: MemberRequest, package: Package) -> Manifest | None:
    """The sealed manifest as this person may see it: costs are for those who see money."""
    if package.manifest is None:
        return None
    return package.manifest if request.member.can(Right.SEE_MONEY) else without_costs(package.manifest)


@require_GET
@logged_in
def package_zip(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The zip, sent while the files are read; each download is noted."""
    package = _package(request, pk, Right.DOWNLOAD)
    manifest = _manifest(request, package)
    try:
        if manifest is None:
            raise Refused("This package is not sealed yet, so there is nothing to download.")
        if missing := missing_files(package):
            raise Refused(f"Storage has lost or changed {', '.join(missing)}. Nothing was sent; tell an admin.")
        record_download(by=request.user, package=package)
    except Refused as refusal:
        context = {**package_page(package, request.GET), "problem": str(refusal)}
        return render(request, "reviews/package_detail.html", context, status=409)
    archive = zip_of(package, manifest)
    response = StreamingHttpResponse(archive, content_type="application/zip")
    response["Content-Length"] = str(len(archive))
    return _as_download(response, zip_name(package.project.name, package.number))


@require_safe
@logged_in
def package_manifest(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """manifest.json by itself."""
    package = _package(request, pk, Right.DOWNLOAD)
    manifest = _manifest(request, package)
    if manifest is None:
        context = {**package_page(package, request.GET), "problem": "The manifest is written when it is sealed."}
        return render(request, "reviews/package_detail.html", context, status=409)
    return _as_download(HttpResponse(canonical(manifest), content_type="application/json"), "manifest.json")


def _as_download(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response
