"""Set what a take costs from a day on. A price is never changed: a newer row takes its place, old takes keep theirs."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from assets.models import Price
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import Organisation, User
from projects.roles import Right


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

    Setting one is also how an admin confirms a price that an overrun has closed. Raises PermissionDenied, or Refused
    for a moment in the past.
    """
    require(member_for(by, organisation.pk), Right.SET_BUDGETS)
    now = timezone.now()
    if valid_from and valid_from < now:
        raise Refused("A price can't begin in the past: takes already paid by the old one. Nothing was changed.")
    begins = valid_from or now
    replaced = Price.objects.in_force(organisation, begins).filter(model=model, seconds=seconds, sound=sound).first()
    price = Price.objects.create(
        organisation=organisation,
        model=model,
        seconds=seconds,
        sound=sound,
        credits=credits,
        valid_from=begins,
        set_by=by,
    )
    changes = {
        "credits": (replaced.credits if replaced else None, credits),
        "valid_from": (replaced.valid_from if replaced else None, begins),
    }
    log(organisation=organisation, by=by, verb="set the price of", target=price, label=price.what, changes=changes)
    return price
