"""The composer: what shall be made, what it costs, and the button that pays for it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from assets.actions.generate import request_takes, takes_of_key
from assets.composer import as_uuid, asks_the_same, compose_context
from assets.forms.composer import ComposerForm, Start, start_of, usable_images
from assets.models import AssetVersion, Shot, Take
from projects.access import MemberRequest, load, logged_in
from projects.errors import Refused
from projects.roles import Right

type Answered = Callable[[list[Take]], None]
# What htmx asks for while somebody types; without a script the whole page comes back with what was typed.
PARTS = {"hints": "assets/_composer_hints.html", "images": "assets/_composer_images.html"}


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def composer(request: MemberRequest, pk: UUID) -> HttpResponse:
    """New takes of a shot; `?from=<take>` starts from an older one, `?asset=<asset>` from an image."""
    shots = Shot.objects.visible_to(request.user).select_related("project__organisation", "project__brief")
    shot = load(request, shots, Right.GENERATE, pk=pk)
    return compose_page(request, shot, parent=_parent(request, shot))


def compose_page(
    request: MemberRequest,
    shot: Shot,
    *,
    parent: Take | None = None,
    template: str = "assets/composer.html",
    extra: dict[str, Any] | None = None,
    answered: Answered | None = None,
) -> HttpResponse:
    """The whole page, GET and POST, at the request's own address; the caller has asked for the right to generate.

    `answered` hears of the queued takes inside their transaction, and again when the same form comes again.
    """
    start = start_of(shot, parent, _picked(request, shot))
    form = ComposerForm(shot=shot, parent=parent, start=start)
    status = 200
    if request.method == "POST" and "part" in request.POST:
        form = ComposerForm(shot=shot, parent=parent, start=_typed_start(request, start))
    elif request.method == "POST":
        form = ComposerForm(request.POST, shot=shot, parent=parent, start=start)
        if form.is_valid() and _queue(request, shot, form, parent, answered):
            return redirect("take_list", shot.pk)
        status = 422
    parameters = request.POST if request.method == "POST" else request.GET
    today = timezone.localdate()
    context = compose_context(
        by=request.user, shot=shot, form=form, parent=parent, q=parameters.get("q", ""), today=today
    )
    part = PARTS.get(parameters.get("part", "")) if request.htmx else None
    return render(request, part or template, {**context, **(extra or {})}, status=status)


def _parent(request: MemberRequest, shot: Shot) -> Take | None:
    if "from" not in request.GET:
        return None
    pk = as_uuid(request.GET["from"])
    take = shot.takes.select_related("image__asset", "generation").filter(pk=pk).first() if pk else None
    if take is None:
        raise Http404("No such take.")
    return take


def _picked(request: MemberRequest, shot: Shot) -> AssetVersion | None:
    asset = as_uuid(request.GET.get("asset", ""))
    return usable_images(shot).filter(asset_id=asset).first() if asset else None


def _typed_start(request: MemberRequest, start: Start) -> Start:
    """What was typed so far, unjudged, for drawing the form again."""
    typed = request.POST
    return Start(
        route=typed.get("route", start.route),
        prompt=typed.get("prompt", start.prompt),
        seconds=typed.get("seconds", start.seconds),
        sound=typed.get("sound", start.sound),
        aspect_ratio=typed.get("aspect_ratio", start.aspect_ratio),
        takes=typed.get("takes", start.takes),
        image=typed.get("image", start.image),
    )


def _queue(
    request: MemberRequest, shot: Shot, form: ComposerForm, parent: Take | None, answered: Answered | None
) -> list[Take]:
    """The takes that this form stands for now; none when it was refused (the form says why)."""
    data = form.cleaned_data
    try:
        already = bool(takes_of_key(shot, data["key"]))
        with transaction.atomic():
            takes = request_takes(
                by=request.user,
                shot=shot,
                wanted=form.wanted,
                takes=data["takes"],
                request_key=data["key"],
                parent=parent,
                price_shown=data["price_shown"],
            )
            if not asks_the_same(takes, form.wanted, data["takes"]):
                raise Refused(
                    f"This form had queued {_names(takes)} before you changed it. What you typed is kept: "
                    "press the button again to queue it as well."
                )
            if answered:
                answered(takes)
    except Refused as refused:
        form.add_error(None, str(refused))
        return []
    said = (
        f"{_names(takes)} {'was' if len(takes) == 1 else 'were'} queued already"
        if already
        else f"Queued {_names(takes)}"
    )
    messages.success(request, f"{said[0].upper()}{said[1:]}.")
    return takes


def _names(takes: list[Take]) -> str:
    return " and ".join(f"take {take.number}" for take in takes)
