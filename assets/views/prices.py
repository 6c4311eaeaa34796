"""Prices: what a take costs now, what it cost before, and what it will cost."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from assets.actions.prices import charges_above, confirm_price, set_price
from assets.forms.prices import ConfirmForm, PriceForm
from assets.models import Price
from projects.access import MemberRequest, with_right
from projects.paging import page_by_key
from projects.roles import Right
from projects.views.doing import done, status_of

CHARGES_SHOWN = 10


@require_safe
@with_right(Right.SEE_MONEY)
def price_list(request: MemberRequest) -> HttpResponse:
    """The list in force and every row there ever was."""
    organisation = request.member.organisation
    prices = Price.objects.visible_to(request.user)
    now = timezone.now()
    in_force = prices.each_in_force(organisation, now)
    context = {
        "organisation": organisation,
        "in_force": in_force,
        "any_closed": any(price.closed_at for price in in_force),
        "page": page_by_key(prices.known_to(organisation).select_related("set_by"), request.GET),
        "now": now,
    }
    return render(request, "assets/price_list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@with_right(Right.SET_BUDGETS)
def price_set(request: MemberRequest) -> HttpResponse:
    """Set a price; links from the list bring the row's own values along."""
    organisation = request.member.organisation
    initial = {name: request.GET[name] for name in ("model", "seconds", "sound", "credits") if name in request.GET}
    form = PriceForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and done(
        form,
        lambda good: set_price(
            by=request.user,
            organisation=organisation,
            model=good.cleaned_data["model"],
            seconds=good.cleaned_data["seconds"],
            sound=good.cleaned_data["sound"],
            credits=good.cleaned_data["credits"],
            valid_from=form.valid_from(),
        ),
    ):
        messages.success(request, "The price is set. Takes that are queued already keep theirs.")
        return redirect("price_list")
    return render(
        request, "assets/price_set.html", {"form": form, "organisation": organisation}, status=status_of(form)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@with_right(Right.SET_BUDGETS)
def price_confirm(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Open a closed price again, with the charges that closed it in sight."""
    organisation = request.member.organisation
    price = get_object_or_404(Price.objects.known_to(organisation), pk=pk)
    above = list(charges_above(organisation, [price])[:CHARGES_SHOWN])
    highest = max((job.cost for job in above), default=price.credits)
    form = ConfirmForm(request.POST if request.method == "POST" else None, initial={"credits": highest})
    if form.is_bound and done(
        form,
        lambda good: confirm_price(
            by=request.user, organisation=organisation, price=price, credits=good.cleaned_data["credits"]
        ),
    ):
        messages.success(request, f"{price.what} is open again.")
        return redirect("price_list")
    context = {"form": form, "price": price, "charges": above, "organisation": organisation}
    return render(request, "assets/price_confirm.html", context, status=status_of(form))
