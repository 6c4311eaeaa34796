"""Prices: Kie's list from the start, an organisation's own from a day on, never one in the past."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assets.actions.prices import set_price
from assets.models import Price
from assets.pricing import NoPrice, price_of
from projects.errors import Refused
from projects.models import AuditEntry, Organisation, User

TEXT, IMAGE = "kling-2.6/text-to-video", "kling-2.6/image-to-video"
LIST, SET = reverse("price_list"), reverse("price_set")
GOOD = {"model": TEXT, "seconds": "5", "sound": "off", "credits": "50"}


def own(by: User, organisation: Organisation, credits: int, days: int = 0) -> Price:
    begins = timezone.now() + timedelta(days=days) if days else None
    return set_price(
        by=by,
        organisation=organisation,
        model=TEXT,
        seconds=5,
        sound=False,
        credits=Decimal(credits),
        valid_from=begins,
    )


@pytest.mark.parametrize("model", [TEXT, IMAGE])
@pytest.mark.parametrize(
    ("seconds", "sound", "credits"), [(5, False, 55), (5, True, 110), (10, False, 110), (10, True, 220)]
)
def test_kies_list_is_there_from_the_start(
    northlight: Organisation, model: str, seconds: int, sound: bool, credits: int
) -> None:
    assert price_of(northlight, model, seconds, sound).credits == credits


def test_an_own_price_goes_before_kies(northlight: Organisation, alice: User) -> None:
    own(alice, northlight, 50)
    assert price_of(northlight, TEXT, 5, False).credits == 50
    assert price_of(northlight, TEXT, 5, True).credits == 110


def test_a_coming_price_waits_for_its_day(northlight: Organisation, alice: User) -> None:
    own(alice, northlight, 60, days=3)
    assert price_of(northlight, TEXT, 5, False).credits == 55
    with time_machine.travel(timezone.now() + timedelta(days=4)):
        assert price_of(northlight, TEXT, 5, False).credits == 60


def test_other_organisations_keep_theirs(northlight: Organisation, alice: User, sam: User) -> None:
    own(alice, northlight, 50)
    elsewhere = sam.memberships.get().organisation
    assert price_of(elsewhere, TEXT, 5, False).credits == 55


def test_a_price_in_the_past_is_refused(northlight: Organisation, alice: User) -> None:
    with pytest.raises(Refused, match="can't begin in the past"):
        own(alice, northlight, 50, days=-1)


def test_only_admins_set_prices(northlight: Organisation, pat: User) -> None:
    with pytest.raises(PermissionDenied):
        own(pat, northlight, 50)


def test_setting_a_price_is_logged(northlight: Organisation, alice: User) -> None:
    own(alice, northlight, 50)
    entry = AuditEntry.objects.get()
    assert entry.target_label == "Kling 2.6, text to video, 5 s silent"
    assert entry.changes["credits"] == ["55.00", "50"]


def test_setting_a_price_opens_a_closed_one(northlight: Organisation, alice: User) -> None:
    Price.objects.update(closed_at=timezone.now())
    with pytest.raises(NoPrice):
        price_of(northlight, TEXT, 5, False)
    own(alice, northlight, 60)
    assert price_of(northlight, TEXT, 5, False).credits == 60


def test_list_shows_credits_and_usd(carls: Client) -> None:
    page = carls.get(LIST).content.decode()
    assert page.count("USD 0.275") == 4
    assert "Set a price" not in page


def test_list_says_what_is_closed(alices: Client, northlight: Organisation) -> None:
    Price.objects.filter(model=TEXT, seconds=5, sound=False).update(closed_at=timezone.now())
    page = alices.get(LIST).content.decode()
    assert page.count("/confirm/") == 1


def test_reviewers_see_no_prices(ritas: Client) -> None:
    assert ritas.get(LIST).status_code == 403
    assert ritas.get(SET).status_code == 403


def test_admins_set_a_price_from_today(alices: Client, northlight: Organisation) -> None:
    assert alices.post(SET, {**GOOD, "begins": timezone.localdate().isoformat()}).status_code == 302
    assert price_of(northlight, TEXT, 5, False).credits == 50


def test_producers_set_none(pats: Client) -> None:
    assert pats.post(SET, GOOD).status_code == 403


def test_the_form_starts_with_the_rows_own_values(alices: Client) -> None:
    page = alices.get(SET, {"model": IMAGE, "seconds": "10", "sound": "on", "credits": "220.00"}).content.decode()
    assert 'value="220.00"' in page
    assert f'value="{IMAGE}" selected' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"credits": "-1"},
        {"credits": "NaN"},
        {"credits": ""},
        {"seconds": "7"},
        {"model": "kling-9"},
        {"sound": "loud"},
        {"begins": "2020-01-01"},
        {"begins": "9999-12-31"},
        {"begins": "soon\0"},
    ],
)
def test_what_is_no_price_comes_back(alices: Client, northlight: Organisation, wrong: dict[str, str]) -> None:
    assert alices.post(SET, {**GOOD, **wrong}).status_code == 422
    assert not Price.objects.filter(organisation=northlight).exists()


def test_list_asks_little(
    alices: Client, alice: User, northlight: Organisation, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for credits in range(60):
        own(alice, northlight, credits)
    with django_assert_max_num_queries(12):
        page = alices.get(LIST).content.decode()
    assert "before=" in page
