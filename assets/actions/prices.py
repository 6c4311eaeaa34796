"""Set what a take costs from a day on. A price is never changed: a newer row takes its place, old takes keep theirs."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from assets.models import Generation, Price
from assets.models.generation import GenerationQuerySet
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import Organisation, User
from projects.roles import Right

CHARGES_SHOWN = 50


@transaction.atomic
def set_price(
    *,
    by: User,
    organisation: Organisation,
    model: str,
    seconds: int,
    sound: bool,
    credits: Decimal,
    valid_from: datetime | None = None,
) -> Price:
    """The organisation's own price of one take in credits, from that moment (now) on; it goes before Kie's list.

    It takes the place of a price that an overrun has closed, too. Raises PermissionDenied, or Refused for a moment in
    the past.
    """
    require(member_for(by, organisation.pk), Right.SET_BUDGETS)
    now = timezone.now()
    if valid_from and valid_from < now:
        raise Refused("A price can't begin in the past: takes already paid by the old one. Nothing was changed.")
    begins = valid_from or now
    wanted = Price(model=model, seconds=seconds, sound=sound, credits=credits, valid_from=begins)
    return _put(wanted, by, organisation, "set the price of")


@transaction.atomic
def confirm_price(*, by: User, organisation: Organisation, price: Price, credits: Decimal) -> Price:
    """Open a price again that a charge above it has closed, at the old figure or a new one in credits.

    The row itself is never changed: an own one takes its place. Raises PermissionDenied, or Refused when it isn't
    closed (any more); nothing has changed then.
    """
    require(member_for(by, organisation.pk), Right.SET_BUDGETS)
    found = Price.objects.select_for_update(of=("self",)).get(pk=price.pk)  # two admins press one after the other
    if not found.closed_at or not found.is_in_force_for(organisation):
        raise Refused(f"The price of {found.what} isn't closed any more. Nothing has changed; look at it again.")
    most = charges_above(organisation, [found]).order_by("-charged").first()
    seen = {"charged": (most.held, most.charged), "take": ("", str(most.take))} if most else {}
    wanted = Price(model=found.model, seconds=found.seconds, sound=found.sound, credits=credits)
    wanted.valid_from = timezone.now()
    return _put(wanted, by, organisation, "confirmed the price of", **seen)


def charges_above(organisation: Organisation, prices: Iterable[Price]) -> GenerationQuerySet:
    """The organisation's takes at these prices for which Kie took more than was held, newest first."""
    jobs = Generation.objects.charged_above_hold().filter(organisation=organisation, price__in=prices)
    return jobs.select_related("take__shot__project", "price").order_by("-finished_at")


def closed_prices(organisation: Organisation) -> list[tuple[Price, list[Generation]]]:
    """The prices in force that wait for a person, each with the charges above it. One or two queries."""
    closed = [row for row in Price.objects.each_in_force(organisation, timezone.now()) if row.closed_at]
    charges = list(charges_above(organisation, closed)[:CHARGES_SHOWN]) if closed else []
    return [(row, [job for job in charges if job.price_id == row.pk]) for row in closed]


def _put(price: Price, by: User, organisation: Organisation, verb: str, **seen: tuple[Any, Any]) -> Price:
    """Save the row as the organisation's own and log what it replaces."""
    rows = Price.objects.in_force(organisation, price.valid_from)
    replaced = rows.filter(model=price.model, seconds=price.seconds, sound=price.sound).first()
    price.organisation, price.set_by = organisation, by
    price.save(force_insert=True)
    changes = {
        "credits": (replaced.credits if replaced else None, price.credits),
        "valid_from": (replaced.valid_from if replaced else None, price.valid_from),
        **seen,
    }
    log(organisation=organisation, by=by, verb=verb, target=price, label=price.what, changes=changes)
    return price
