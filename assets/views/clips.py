"""A clip: its page, its files (behind the right, every time), and starting the next take from one of its frames."""

from uuid import UUID

from django.contrib import messages
from django.db.models.fields.files import FieldFile
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.views.decorators.http import require_POST, require_safe

from assets.actions.downloads import record_clip_download
from assets.actions.frames import frame_to_asset
from assets.models import Clip, Version
from projects.access import MemberRequest, load, logged_in
from projects.errors import Refused
from projects.files import serve_file
from projects.roles import Right

PAGE_ROWS = ("take__generation", "take__image__asset", "take__created_by", "take__shot__project__organisation")


@require_safe
@logged_in
def clip_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Play it frame by frame; what was asked for, what came, and where it went."""
    clip = load(request, Clip.objects.visible_to(request.user).select_related(*PAGE_ROWS), Right.VIEW, pk=pk)
    take = clip.take
    context = {
        "clip": clip,
        "take": take,
        "shot": take.shot,
        "project": take.shot.project,
        "version": Version.objects.filter(take=take).first(),
        "job": getattr(take, "generation", None),
        "frames_taken": clip.frames_taken.select_related("current_version").order_by("source_frame")[:12],
        "rate": take.shot.project.organisation.usd_per_credit,
        "trail": [
            (take.shot.project.name, reverse("project_board", args=[take.shot.project_id])),
            (take.shot.name, reverse("take_list", args=[take.shot_id])),
        ],
    }
    return render(request, "assets/clip.html", context)


@require_POST
@logged_in
def clip_frame(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Make an asset of the frame named in `frame` (from 0) and open the composer of the same shot with it."""
    clips = Clip.objects.visible_to(request.user).select_related(*PAGE_ROWS)
    clip = load(request, clips, Right.EDIT_ASSET, pk=pk)
    number = request.POST.get("frame", "").strip()
    try:
        if not (number.isascii() and number.isdigit() and len(number) < 10):
            raise Refused("Give the frame as a whole number, counted from 0.")
        asset = frame_to_asset(by=request.user, clip=clip, frame=int(number))
    except Refused as refused:
        messages.error(request, f"No frame was taken. {refused}")
        return redirect("clip_detail", pk=clip.pk)
    return redirect(f"{reverse('composer', args=[clip.take.shot_id])}?asset={asset.pk}")


def _clip(request: MemberRequest, pk: UUID, right: Right = Right.VIEW) -> Clip:
    return load(request, Clip.objects.visible_to(request.user), right, pk=pk)


def _serve(request: MemberRequest, file: FieldFile, content_type: str) -> HttpResponseBase:
    return serve_file(request, file, content_type=content_type)


@require_safe
@logged_in
def clip_video(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The clip as it came."""
    return _serve(request, _clip(request, pk).file, "video/mp4")


@require_safe
@logged_in
def clip_proxy(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The 360p copy; 404 until it is drawn."""
    return _serve(request, _clip(request, pk).proxy, "video/mp4")


@require_safe
@logged_in
def clip_poster(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """One picture of it; 404 until it is drawn."""
    return _serve(request, _clip(request, pk).poster, "image/jpeg")


@require_safe
@logged_in
def clip_sprite(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """Its frames side by side; 404 until they are drawn."""
    return _serve(request, _clip(request, pk).sprite, "image/jpeg")


@require_safe
@logged_in
def clip_download(request: MemberRequest, pk: UUID) -> HttpResponseBase:
    """The clip as it came, under a name that says which."""
    clip = _clip(request, pk, Right.DOWNLOAD)
    if request.method == "GET" and "Range" not in request.headers:  # a resumed download is still the same one
        record_clip_download(by=request.user, clip=clip)
    return serve_file(request, clip.file, content_type="video/mp4", download_name=download_name(clip))


def download_name(clip: Clip) -> str:
    """“spring-launch-opening-take-3.mp4”; names in other scripts stay readable."""
    shot = clip.take.shot
    words = [slugify(name, allow_unicode=True)[:60] for name in (shot.project.name, shot.name)]
    return f"{'-'.join([*filter(None, words), f'take-{clip.take.number}'])}.mp4"
