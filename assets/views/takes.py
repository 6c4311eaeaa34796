"""Takes: the contact sheet of a shot, and what people do with each."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets.actions.generate import takes_of_key
from assets.actions.takes import discard_take, rate_take, restore_take, retry_take, select_take
from assets.forms.composer import DAMAGED, PaidForm
from assets.models import DiscardReason, Shot, Take, Version
from assets.quiet import PARAMETER, question
from assets.sheet import COUNTED, FILTERS, SHEET_SIZE, Tile, filter_counts, plain_tile, sheet_takes, tiles_of, watched
from projects.access import MemberRequest, load, logged_in
from projects.errors import Refused
from projects.paging import page_by_key
from projects.roles import Right


def _shot(request: MemberRequest, pk: UUID) -> Shot:
    shots = Shot.objects.visible_to(request.user).select_related("project__organisation", "project__brief")
    return load(request, shots, Right.VIEW, pk=pk)


@require_safe
@logged_in
def take_list(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The shot's page: facts, versions and the sheet of its takes, newest first."""
    shot = _shot(request, pk)
    show = _chosen(request.get_full_path())
    counts = filter_counts(shot)
    page = page_by_key(sheet_takes(shot).filter(FILTERS[show][1]), request.GET, size=SHEET_SIZE)
    tiles = tiles_of(page.rows, request.member, shot, counts["last"])
    context = {
        **_facts(shot),
        "tiles": tiles,
        "page": page,
        "show": show,
        "tabs": _tabs(shot, counts, show),
        "count": counts["all"] + counts["discarded"],
        "watch": _watch(request, shot, tiles),
    }
    return render(request, "assets/take_list.html", context)


def _facts(shot: Shot) -> dict[str, Any]:
    """What the head of the page and every tile show; one query."""
    return {
        "shot": shot,
        "project": shot.project,
        "versions": list(Version.objects.filter(shot=shot).select_related("take", "clip")),
        "reasons": DiscardReason.choices,
        "rate": shot.project.organisation.usd_per_credit,
    }


def _chosen(address: str | None) -> str:
    """The filter that the address of a sheet names; all takes where it names none that there is."""
    show = QueryDict((address or "").partition("?")[2].partition("#")[0]).get("show", "")
    return show if show in FILTERS else ""


def _tabs(shot: Shot, counts: dict[str, int], show: str) -> list[dict[str, Any]]:
    """The filters that would show something, and the one that is chosen."""
    address = shot.get_absolute_url()
    more = counts["all"] + counts["discarded"] >= COUNTED  # older takes may fit every filter
    return [
        {
            "name": words,
            "url": f"{address}?show={name}" if name else address,
            "active": name == show,
            "count": f"{counts[name or 'all']}{'+' if more else ''}",
        }
        for name, (words, _) in FILTERS.items()
        if not name or name == show or more or counts[name]
    ]


def _watch(request: MemberRequest, shot: Shot, tiles: list[Tile]) -> str:
    words = [tile.watch for tile in tiles if tile.is_watched]
    return question(request, reverse("take_tiles", args=[shot.pk]), words)


@require_safe
@logged_in
def take_tiles(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The tiles that changed since the page last asked (`?watch=<take>:<stamp>`); 204 when none did."""
    shot = _shot(request, pk)
    asked = watched(request.GET.getlist("watch"))
    seen = [plain_tile(take) for take in sheet_takes(shot).filter(pk__in=asked)]
    changed = [tile.take for tile in seen if tile.stamp != asked[tile.take.pk]]
    if not changed and any(tile.is_watched for tile in seen):
        if PARAMETER not in request.GET:
            return HttpResponse(status=204)
        return render(request, "assets/_take_poll.html", {"shot": shot, "watch": _watch(request, shot, seen)})
    counts = filter_counts(shot)
    context = {
        **_facts(shot),
        "tiles": tiles_of(changed, request.member, shot, counts["last"]),
        "tabs": _tabs(shot, counts, _chosen(request.htmx.current_url)),
        "watch": _watch(request, shot, seen),
    }
    return render(request, "assets/_take_changes.html", context)


type Act = Callable[[Take], object]


def _act(request: MemberRequest, pk: UUID, right: Right, act: Act, said: str = "") -> HttpResponse:
    """Do it, and answer with the take's tile (htmx) or the way back to it; a refusal is said, and nothing changed."""
    takes = Take.objects.visible_to(request.user).filter(generation__isnull=False)
    take = load(request, takes.select_related("shot__project__organisation", "generation"), right, pk=pk)
    level, status = messages.SUCCESS, 200
    try:
        act(take)
    except Refused as refused:
        said, level, status = str(refused), messages.ERROR, 422
    if not request.htmx:
        if said:
            messages.add_message(request, level, said)
        return redirect(f"{take.shot.get_absolute_url()}#take-{take.pk}")
    shot = _shot(request, take.shot_id)
    counts = filter_counts(shot)
    context = {
        **_facts(shot),
        "tile": tiles_of(sheet_takes(shot).filter(pk=pk), request.member, shot, counts["last"])[0],
        "tabs": _tabs(shot, counts, _chosen(request.htmx.current_url)),
        "said": said,
        "level": messages.DEFAULT_TAGS[level],
    }
    return render(request, "assets/_take_answer.html", context, status=status)


def _rating(text: str) -> int | None:
    if not text:
        return None
    if text not in ("1", "2", "3", "4", "5"):
        raise Refused("A rating is 1 to 5.")
    return int(text)


@require_POST
@logged_in
def take_rate(request: MemberRequest, pk: UUID) -> HttpResponse:
    """1 to 5; empty takes the rating back."""
    rating = request.POST.get("rating", "")
    return _act(
        request, pk, Right.SELECT_TAKE, lambda take: rate_take(by=request.user, take=take, rating=_rating(rating))
    )


@require_POST
@logged_in
def take_select(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Make it the next version."""
    return _act(request, pk, Right.SELECT_TAKE, lambda take: select_take(by=request.user, take=take))


@require_POST
@logged_in
def take_discard(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Put it aside, with a reason."""
    reason = request.POST.get("reason", "")
    return _act(request, pk, Right.SELECT_TAKE, lambda take: discard_take(by=request.user, take=take, reason=reason))


@require_POST
@logged_in
def take_restore(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Bring it back."""
    return _act(request, pk, Right.SELECT_TAKE, lambda take: restore_take(by=request.user, take=take))


@require_POST
@logged_in
def take_retry(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The same request once more, at the price on the button."""
    takes = Take.objects.visible_to(request.user).filter(generation__isnull=False)
    related = takes.select_related("shot__project__organisation", "generation", "image__asset")
    take = load(request, related, Right.GENERATE, pk=pk)
    form = PaidForm(request.POST)
    try:
        if not form.is_valid():
            raise Refused(DAMAGED)
        key, price_shown = form.cleaned_data["key"], form.cleaned_data["price_shown"]
        already = takes_of_key(take.shot, key)
        again = retry_take(by=request.user, take=take, request_key=key, price_shown=price_shown)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(f"{take.shot.get_absolute_url()}#take-{take.pk}")
    messages.success(request, f"Take {again.number} {'was queued already' if already else 'is queued'}.")
    return redirect(f"{take.shot.get_absolute_url()}#take-{again.pk}")
