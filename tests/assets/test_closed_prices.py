"""A charge above the price closes it, for whoever pays it, until an admin confirms what a take costs."""

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assets.actions.attention import Choice, resolve_attention
from assets.actions.charges import book_charge
from assets.actions.prices import confirm_price, set_price
from assets.models import Generation, GenerationState, Price
from assets.pricing import NoPrice
from projects.errors import Refused
from projects.models import AuditEntry, Budget, Notification, Organisation, User
from tests.assets.conftest import Ask
from tests.factories import TEXT_MODEL, PriceFactory

pytestmark = pytest.mark.django_db


def overcharged(ask: Ask, name: str = "A boat") -> Generation:
    """A take that was held for 55 credits and charged 60, as the pipeline books it."""
    job = ask(name)
    Generation.objects.filter(pk=job.pk).update(
        state=GenerationState.READY, charged=60, finished_at=timezone.now(), due_at=None
    )
    job.refresh_from_db()
    book_charge(job, Decimal(60))
    return job


def told(user: User) -> list[str]:
    return list(Notification.objects.filter(user=user, kind="needs_attention").values_list("text", flat=True))


def test_a_closed_price_refuses_with_its_reason(ask: Ask, alice: User) -> None:
    overcharged(ask)
    with pytest.raises(NoPrice, match="until an admin confirms it"):
        ask("Another")
    assert Generation.objects.count() == 1


def test_many_charges_above_one_price_tell_once(ask: Ask, alice: User) -> None:
    jobs = [ask(f"Boat {number}") for number in range(3)]
    for job in jobs:
        book_charge(job, Decimal(60))
    assert len(told(alice)) == 1
    assert Budget.objects.get().overrun == 15


def test_everybody_who_pays_kies_list_is_told(ask: Ask, alice: User, sam: User) -> None:
    job = overcharged(ask)
    assert str(job.take) in told(alice)[0]
    assert "Kie charged more than its list says" in told(sam)[0]
    assert str(job.take) not in told(sam)[0]


def test_who_has_an_own_price_is_not_told(ask: Ask, sam: User) -> None:
    job = ask()
    PriceFactory.create(organisation=sam.memberships.get().organisation)
    book_charge(job, Decimal(60))
    assert not told(sam)


def test_a_late_charge_of_a_replaced_price_closes_nothing(ask: Ask, alice: User, northlight: Organisation) -> None:
    job = ask()
    set_price(by=alice, organisation=northlight, model=TEXT_MODEL, seconds=5, sound=False, credits=Decimal(70))
    book_charge(job, Decimal(60))
    assert "its price was replaced before" in told(alice)[0]
    ask("Another")


def test_a_write_off_above_the_hold_closes_the_price_too(ask: Ask, alice: User) -> None:
    job = ask()
    Generation.objects.update(state=GenerationState.NEEDS_ATTENTION, reported=Decimal(60))
    resolve_attention(by=alice, generation=job, choice=Choice.CHARGED)
    assert Price.objects.get().closed_at


@pytest.mark.parametrize("credits", [55, 60])
def test_a_confirmed_price_is_open_at_that_figure(
    ask: Ask, alice: User, northlight: Organisation, credits: int
) -> None:
    job = overcharged(ask)
    confirm_price(by=alice, organisation=northlight, price=job.price, credits=Decimal(credits))
    assert ask("Another").held == credits
    row = AuditEntry.objects.get(verb="confirmed the price of")
    assert row.changes["charged"] == ["55.00", "60.00"]
    assert row.changes["take"] == ["", str(job.take)]


def test_nobody_confirms_twice(ask: Ask, alice: User, northlight: Organisation) -> None:
    job = overcharged(ask)
    confirm_price(by=alice, organisation=northlight, price=job.price, credits=Decimal(60))
    with pytest.raises(Refused, match="isn't closed any more"):
        confirm_price(by=alice, organisation=northlight, price=job.price, credits=Decimal(70))


def test_a_confirmed_price_closes_again(ask: Ask, alice: User, northlight: Organisation) -> None:
    job = overcharged(ask)
    confirm_price(by=alice, organisation=northlight, price=job.price, credits=Decimal(55))
    overcharged(ask, "Another")
    assert len(told(alice)) == 2


def test_producers_confirm_nothing(ask: Ask, pat: User, northlight: Organisation) -> None:
    job = overcharged(ask)
    with pytest.raises(PermissionDenied):
        confirm_price(by=pat, organisation=northlight, price=job.price, credits=Decimal(60))


def test_the_pages_show_the_numbers(ask: Ask, alices: Client) -> None:
    job = overcharged(ask)
    for address in (reverse("attention_list"), reverse("price_confirm", args=[job.price_id])):
        page = alices.get(address).content.decode()
        assert str(job.take) in page
        assert ">55</td>" in page
        assert "<strong>60</strong>" in page


def test_confirming_on_the_page(ask: Ask, alices: Client) -> None:
    job = overcharged(ask)
    address = reverse("price_confirm", args=[job.price_id])
    assert 'value="60.00"' in alices.get(address).content.decode()
    assert alices.post(address, {"credits": "-1"}).status_code == 422
    assert "is open again" in alices.post(address, {"credits": "60"}, follow=True).content.decode()
    assert ask("Another").held == 60


def test_the_page_asks_the_same_for_many(
    ask: Ask, alices: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    jobs = [ask(f"Boat {number}") for number in range(5)]
    for job in jobs:
        Generation.objects.filter(pk=job.pk).update(charged=60)
        book_charge(job, Decimal(60))
    with django_assert_max_num_queries(15):
        alices.get(reverse("attention_list"))
