"""What Kie took for a job, on the ledger; a charge above the hold closes its price and is told."""

from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from assets.actions.line import tell_admins
from assets.models import Generation, Price, StrayTask
from projects.actions.money import release, settle
from projects.models import Organisation
from projects.templatetags.house import credits as in_credits


@transaction.atomic(savepoint=False)
def book_charge(job: Generation, charged: Decimal) -> None:
    """Book credits on the job's hold. A charge above it is booked, closes that price, and the admins are told.

    What Kie took for a second task of the job is booked with it: that says nothing about the price.
    """
    total = charged + charged_beside(job)
    if not total:
        release(key=job.ledger_key)
    elif settle(key=job.ledger_key, charged=total) and charged > job.held:
        close_price(job, charged)


def rebook(job: Generation) -> None:
    """Bring the ledger of a job that is over to what Kie took by what is known now."""
    settle(key=job.ledger_key, charged=(job.charged or Decimal(0)) + charged_beside(job))


def charged_beside(job: Generation) -> Decimal:
    """Credits that Kie took for the job's other tasks."""
    beside = StrayTask.objects.filter(attempt__generation=job.pk, beside=True)
    total: Decimal = beside.aggregate(all=Sum("charged", default=Decimal(0)))["all"]
    return total


def close_price(job: Generation, charged: Decimal) -> None:
    """Close the price that turned out too low. Said once a price: its other takes stand on the page beside the first.

    A take that was queued at a price which has been replaced since closes nothing, and is told by itself.
    """
    price = Price.objects.select_for_update(of=("self",)).get(pk=job.price_id)
    users = [organisation for organisation in _concerned(job, price) if price.is_in_force_for(organisation)]
    said = f"Kie charged {in_credits(charged)} for {job.take}, held were {in_credits(job.held)}. The overrun is booked"
    if job.organisation not in users:
        tell_admins(job.organisation, text=f"{said}; its price was replaced before.", path=_page(job))
    if price.closed_at:
        return
    Price.objects.filter(pk=price.pk).update(closed_at=timezone.now())
    for organisation in users:
        own = organisation == job.organisation
        text = f"{said} and that" if own else f"Kie charged more than its list says for {price.what}; the"
        tell_admins(
            organisation,
            text=f"{text} price is closed until an admin confirms it.",
            path=reverse("price_confirm", kwargs={"pk": price.pk}),
        )


def _concerned(job: Generation, price: Price) -> list[Organisation]:
    """Who may have this price: its organisation, or everybody when it stands on Kie's list."""
    return [job.organisation] if price.organisation_id else list(Organisation.objects.all())


def _page(job: Generation) -> str:
    return reverse("take_job", kwargs={"pk": job.take_id})
