"""Which price row is in force."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from assets.pricing import NoPrice, price_of, price_rows, price_table, smallest_request
from assets.requests import TakeRequest
from projects.models import Organisation
from tests.factories import IMAGE_MODEL, TEXT_MODEL, OrganisationFactory, PriceFactory


@pytest.fixture(autouse=True)
def _no_seeded_prices(db: None) -> None:
    PriceFactory._meta.model.objects.all().delete()


def test_the_list_applies_to_everybody(northlight: Organisation) -> None:
    row = PriceFactory.create()
    assert price_of(northlight, TEXT_MODEL, 5, False) == row


def test_an_own_price_goes_before_the_list(northlight: Organisation) -> None:
    PriceFactory.create(valid_from=timezone.now() - timedelta(days=1))
    own = PriceFactory.create(organisation=northlight, credits=60)
    assert price_of(northlight, TEXT_MODEL, 5, False) == own


def test_another_organisations_price_does_not_apply(northlight: Organisation) -> None:
    PriceFactory.create(organisation=OrganisationFactory.create())
    with pytest.raises(NoPrice, match="5 s silent"):
        price_of(northlight, TEXT_MODEL, 5, False)


def test_a_later_row_applies_from_its_moment_on(northlight: Organisation) -> None:
    old = PriceFactory.create()
    new = PriceFactory.create(valid_from=datetime(2026, 11, 1, tzinfo=UTC), credits=70)
    assert price_of(northlight, TEXT_MODEL, 5, False, datetime(2026, 10, 31, tzinfo=UTC)) == old
    assert price_of(northlight, TEXT_MODEL, 5, False, datetime(2026, 11, 1, tzinfo=UTC)) == new


def test_a_closed_price_can_not_be_paid(northlight: Organisation) -> None:
    PriceFactory.create(closed_at=timezone.now())
    with pytest.raises(NoPrice, match="closed"):
        price_of(northlight, TEXT_MODEL, 5, False)
    assert "until an admin confirms it" in price_table(northlight)[TEXT_MODEL, 5, False].shut


def test_a_new_row_opens_a_closed_price_again(northlight: Organisation) -> None:
    PriceFactory.create(closed_at=timezone.now())
    confirmed = PriceFactory.create(organisation=northlight, credits=60, valid_from=timezone.now())
    assert price_of(northlight, TEXT_MODEL, 5, False) == confirmed


def test_the_rows_of_the_page_are_exact_text(northlight: Organisation) -> None:
    PriceFactory.create(credits=Decimal("27.50"))
    PriceFactory.create(model=IMAGE_MODEL, seconds=10, sound=True, credits=220)
    rows = price_rows(price_table(northlight))
    assert {"route": "text", "seconds": 5, "sound": False, "credits": "27.50", "shut": ""} in rows
    assert {"route": "image", "seconds": 10, "sound": True, "credits": "220.00", "shut": ""} in rows


def test_the_smallest_request_is_a_quarter(northlight: Organisation) -> None:
    PriceFactory.create()
    PriceFactory.create(seconds=10, sound=True, credits=220)
    wanted = TakeRequest("text", "A boat", 10, True, "16:9")
    smaller = smallest_request(price_table(northlight), wanted)
    assert smaller is not None
    assert (smaller.seconds, smaller.sound, smaller.share) == (5, False, "a quarter of the price")


def test_the_cheapest_request_gets_no_hint(northlight: Organisation) -> None:
    PriceFactory.create()
    assert smallest_request(price_table(northlight), TakeRequest("text", "A boat", 5, False, "16:9")) is None
