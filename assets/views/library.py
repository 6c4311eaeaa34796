"""The library of brand assets: find, add, describe, renew, retire, delete; and their files, each behind the right."""

from typing import NamedTuple
from uuid import UUID

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assets.actions.library import (
    AlreadyInLibrary,
    add_asset,
    add_version,
    delete_asset,
    edit_asset,
    restore_asset,
    retire_asset,
)
from assets.forms.library import AssetForm, LibraryFilter, UploadForm
from assets.media.images import advice
from assets.models import Asset, AssetState, AssetVersion, Tag, Take
from projects.access import MemberRequest, load, logged_in, with_right
from projects.errors import Refused
from projects.files import serve_file
from projects.paging import page_by_key
from projects.roles import Right

TAGS_SHOWN = 40
USES_SHOWN = 20


class Tile(NamedTuple):
    """An asset and how it stands today."""

    asset: Asset
    state: AssetState


class Outcome(NamedTuple):
    """What came of a file: a sentence, and the asset it became or the one that has these bytes already."""

    file: str
    stored: bool
    text: str
    asset: Asset | None = None


@require_safe
@with_right(Right.VIEW)
def asset_list(request: MemberRequest) -> HttpResponse:
    """The grid of tiles, newest first, 50 a page; search, tags and state stand in the URL."""
    today = timezone.localdate()
    wanted = LibraryFilter(request.GET)
    assets = Asset.objects.filter(organisation=request.member.organisation)
    found = wanted.found(assets, today).select_related("current_version").prefetch_related("tags")
    page = page_by_key(found, request.GET)
    used = Tag.objects.filter(organisation=request.member.organisation, assets__isnull=False).distinct()
    context = {
        "filter": wanted,
        "page": page,
        "tiles": [Tile(asset, asset.state_on(today)) for asset in page.rows],
        "tags": [(tag.name, wanted.toggled(tag.name), tag.name in wanted.tags) for tag in used[:TAGS_SHOWN]],
        "upload_form": UploadForm(auto_id="upload_%s"),
    }
    return render(request, "assets/library.html", context)


@require_POST
@with_right(Right.EDIT_ASSET)
def asset_upload(request: MemberRequest) -> HttpResponse:
    """Add images: one by the script, which gets JSON {ok, message, html, url}; any number by the plain form."""
    form = UploadForm(request.POST)
    files = request.FILES.getlist("file")
    if form.is_valid() and files:
        outcomes = [_add(request, file, form) for file in files]
    else:
        told = " ".join(str(text) for errors in form.errors.values() for text in errors) or "No file was chosen."
        outcomes = [Outcome("Upload", False, f"Nothing was stored. {told}")]
    if request.headers.get("X-Requested-With") == "XMLHttpRequest":
        return _told_to_script(request, outcomes[-1])
    for outcome in outcomes:
        messages.add_message(request, messages.SUCCESS if outcome.stored else messages.ERROR, _words(outcome))
    return redirect("asset_list")


def _words(outcome: Outcome) -> str:
    if outcome.asset is None or outcome.stored:
        return f"{outcome.file}: {outcome.text}"
    url = reverse("asset_detail", args=[outcome.asset.pk])
    return format_html('{}: {} <a href="{}">Open it</a>', outcome.file, outcome.text, url)


def _add(request: MemberRequest, file: "UploadedFile[bytes]", form: UploadForm) -> Outcome:
    name = file.name or ""
    try:
        asset = add_asset(
            by=request.user,
            organisation=request.member.organisation,
            upload=file,
            original_name=name,
            **form.cleaned_data,
        )
    except AlreadyInLibrary as refused:
        return Outcome(name, False, str(refused), refused.asset)
    except Refused as refused:
        return Outcome(name, False, str(refused))
    return Outcome(name, True, _stored_words(asset.name, asset.current_version), asset)


def _stored_words(name: str, version: AssetVersion | None) -> str:
    if version is None:
        return f"“{name}” is stored."
    facts = f"“{name}” is stored: {version.width} × {version.height}, {filesizeformat(version.size)}."
    return " ".join([facts, *advice(version.width, version.height)])


def _told_to_script(request: MemberRequest, outcome: Outcome) -> JsonResponse:
    told = {"ok": outcome.stored, "message": outcome.text, "html": "", "url": ""}
    if outcome.asset:
        told["url"] = reverse("asset_detail", args=[outcome.asset.pk])
    if outcome.asset and outcome.stored:
        tile = Tile(outcome.asset, outcome.asset.state_on(timezone.localdate()))
        told["html"] = render_to_string("assets/library_tile.html", {"tile": tile}, request)
    return JsonResponse(told, status=201 if outcome.stored else 422)


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def asset_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One asset: what it is, by what right, where it was used; POST changes what people say about it."""
    asset = _asset(request, pk, Right.EDIT_ASSET if request.method == "POST" else Right.VIEW)
    if request.method != "POST":
        return _asset_page(request, asset, AssetForm(initial=_said(asset)))
    form = AssetForm(request.POST)
    if form.is_valid():
        try:
            edit_asset(by=request.user, asset=asset, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, "The changes are saved.")
            return redirect("asset_detail", pk=asset.pk)
    return _asset_page(request, asset, form, status=422)


def _asset(request: MemberRequest, pk: UUID, right: Right) -> Asset:
    assets = Asset.objects.visible_to(request.user).select_related(
        "organisation", "current_version", "created_by", "source_clip__take__shot"
    )
    return load(request, assets, right, pk=pk)


def _said(asset: Asset) -> dict[str, object]:
    return {
        "name": asset.name,
        "tags": ", ".join(tag.name for tag in asset.tags.all()),
        "licence": asset.licence,
        "consent": asset.consent,
        "expires_on": asset.expires_on,
    }


def _asset_page(request: MemberRequest, asset: Asset, form: AssetForm, *, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    uses = Take.objects.filter(image__asset=asset).select_related("shot__project", "image").order_by("-created_at")
    version = asset.current_version
    context = {
        "asset": asset,
        "form": form,
        "state": asset.state_on(today),
        "problem": asset.rights_problem(today),
        "advice": advice(version.width, version.height) if version else [],
        "versions": asset.versions.all(),
        "uses": uses[:USES_SHOWN],
        "use_count": uses.count(),
    }
    return render(request, "assets/asset.html", context, status=status)


@require_POST
@logged_in
def asset_renew(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Upload a new version of this asset."""
    asset = _asset(request, pk, Right.EDIT_ASSET)
    file = request.FILES.get("file")
    try:
        if file is None:
            raise Refused("No file was chosen.")
        version = add_version(by=request.user, asset=asset, upload=file, original_name=file.name or "")
    except Refused as refused:
        messages.error(request, f"The version was not changed. {refused}")
    else:
        messages.success(request, f"{_stored_words(asset.name, version)} New takes start from it.")
    return redirect("asset_detail", pk=asset.pk)


@require_POST
@logged_in
def asset_retire(request: MemberRequest, pk: UUID) -> HttpResponse:
    """No new take starts from it."""
    asset = _asset(request, pk, Right.EDIT_ASSET)
    retire_asset(by=request.user, asset=asset)
    messages.success(request, f"“{asset.name}” is retired. Takes made from it stay as they are.")
    return redirect("asset_detail", pk=asset.pk)


@require_POST
@logged_in
def asset_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Takes may start from it again."""
    asset = _asset(request, pk, Right.EDIT_ASSET)
    restore_asset(by=request.user, asset=asset)
    messages.success(request, f"“{asset.name}” is back in the library.")
    return redirect("asset_detail", pk=asset.pk)


@require_POST
@logged_in
def asset_delete(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Remove an asset that nothing was made from."""
    asset = _asset(request, pk, Right.EDIT_ASSET)
    try:
        delete_asset(by=request.user, asset=asset)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect("asset_detail", pk=asset.pk)
    messages.success(request, f"“{asset.name}” and its files are deleted.")
    return redirect("asset_list")


@require_safe
@logged_in
def asset_file(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The image of one version of an asset; `pk` is the version's."""
    version = load(request, AssetVersion.objects.visible_to(request.user), Right.VIEW, pk=pk)
    return serve_file(request, version.file, content_type=version.content_type)


@require_safe
@logged_in
def asset_thumbnail(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Its thumbnail, a JPEG of at most 480 px; `pk` is the version's."""
    version = load(request, AssetVersion.objects.visible_to(request.user), Right.VIEW, pk=pk)
    return serve_file(request, version.thumbnail, content_type="image/jpeg")
