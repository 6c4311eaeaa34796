"""The composer's page: the price before it is paid, one job a form, and nothing typed is lost."""

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assets.models import Asset, Price, Shot, Take
from projects.models import Brief, Organisation
from tests.factories import IMAGE_MODEL, TEXT_MODEL, AssetFactory, GenerationFactory, PriceFactory, TakeFactory

pytestmark = pytest.mark.django_db
BOAT = "A paper boat crosses a puddle at dawn"


@pytest.fixture(autouse=True)
def prices(db: None) -> None:
    """Kie's list, and nothing else."""
    Price.objects.all().delete()
    for model in (TEXT_MODEL, IMAGE_MODEL):
        for seconds, sound, figure in ((5, False, 55), (5, True, 110), (10, False, 110), (10, True, 220)):
            PriceFactory.create(model=model, seconds=seconds, sound=sound, credits=figure)


def address(shot: Shot, query: str = "") -> str:
    return reverse("composer", args=[shot.pk]) + query


def page(client: Client, shot: Shot, query: str = "") -> str:
    return client.get(address(shot, query)).content.decode()


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found
    return found[1]


def filled(client: Client, shot: Shot, query: str = "", **changes: Any) -> dict[str, Any]:
    """What the form on the page sends, with changes."""
    html = page(client, shot, query)
    form = {"route": "text", "prompt": BOAT, "seconds": "5", "sound": "off", "aspect_ratio": "16:9", "takes": "2"}
    return {**form, "key": hidden(html, "key"), "price_shown": hidden(html, "price_shown"), **changes}


def test_the_price_stands_on_the_button_and_the_budget_after_it(carls: Client, shot: Shot) -> None:
    html = page(carls, shot)
    assert "Generate 2 takes" in html
    assert "<span data-price-credits>110 credits</span>" in html
    assert "USD 0.55 · 55 credits a take" in html
    assert "This month: 10,000 credits free, 9,890 after" in html


def test_the_brief_fills_the_form_in_and_says_why(carls: Client, shot: Shot) -> None:
    Brief.objects.update(seconds=10, aspect_ratio="9:16", takes=3)
    html = page(carls, shot)
    assert shot.project.brief.defaults.why in html
    assert "from a prompt, 10 s, 9:16, silent, 3 takes" in html
    assert "330 credits" in html


def test_over_budget_the_button_is_shut_with_the_numbers(carls: Client, shot: Shot) -> None:
    Organisation.objects.update(monthly_limit=100)
    html = page(carls, shot)
    assert re.search(r"data-price-button\s+disabled", html)
    assert "This needs 110 credits; 100 are free." in html


def test_without_a_price_the_button_is_shut(carls: Client, shot: Shot) -> None:
    Price.objects.all().delete()
    assert "There is no price for this choice" in page(carls, shot)


def test_a_good_form_queues_takes_and_leads_to_them(carls: Client, shot: Shot) -> None:
    answer = carls.post(address(shot), filled(carls, shot))
    assert answer.url == reverse("take_list", args=[shot.pk])  # type: ignore[attr-defined]  # a redirect has one
    assert list(Take.objects.values_list("prompt", flat=True)) == [BOAT, BOAT]


def test_a_double_click_is_one_job(carls: Client, shot: Shot) -> None:
    form = filled(carls, shot)
    carls.post(address(shot), form)
    answer = carls.post(address(shot), form, follow=True)
    assert Take.objects.count() == 2
    assert "Take 1 and take 2 were queued already" in answer.content.decode()


def test_two_tabs_opened_before_anything_was_queued_are_one_job(carls: Client, shot: Shot) -> None:
    first, second = filled(carls, shot), filled(carls, shot)
    carls.post(address(shot), first)
    carls.post(address(shot), second)
    assert Take.objects.count() == 2


def test_a_page_opened_afterwards_is_a_new_intention(carls: Client, shot: Shot) -> None:
    carls.post(address(shot), filled(carls, shot))
    carls.post(address(shot), filled(carls, shot))
    assert Take.objects.count() == 4


def test_a_form_changed_after_it_was_sent_asks_once_more(carls: Client, shot: Shot) -> None:
    form = filled(carls, shot)
    carls.post(address(shot), form)
    changed = {**form, "prompt": f"{BOAT}, and sinks"}
    answer = carls.post(address(shot), changed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "had queued take 1 and take 2" in html
    assert f"{BOAT}, and sinks" in html
    assert carls.post(address(shot), {**changed, "key": hidden(html, "key")}).status_code == 302
    assert Take.objects.count() == 4


@pytest.mark.parametrize(
    ("prompt", "sentence"),
    [
        ("🎈" * 1001, "1,001 characters"),
        ("", "The prompt is empty"),
        ("boat \0 puddle", "can&#x27;t be sent"),
    ],
)
def test_a_bad_prompt_is_refused_and_kept(carls: Client, shot: Shot, prompt: str, sentence: str) -> None:
    answer = carls.post(address(shot), filled(carls, shot, prompt=prompt))
    html = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in html
    assert prompt in html
    assert not Take.objects.exists()


def test_line_breaks_are_counted_and_kept_as_typed(carls: Client, shot: Shot) -> None:
    prompt = "line\r\n" * 200
    assert carls.post(address(shot), filled(carls, shot, prompt=prompt)).status_code == 302
    assert Take.objects.first().prompt == "line\n" * 200  # type: ignore[union-attr]  # it was just made


def test_another_price_than_on_the_button_is_refused_with_the_new_one(carls: Client, shot: Shot) -> None:
    form = filled(carls, shot)
    PriceFactory.create(credits=Decimal(60), valid_from=timezone.now())
    html = carls.post(address(shot), form).content.decode()
    assert "costs 120 credits, and the button said 110" in html
    assert hidden(html, "price_shown") == "120.00"
    assert BOAT in html


def test_a_choice_the_button_did_not_show_is_refused_too(carls: Client, shot: Shot) -> None:
    answer = carls.post(address(shot), filled(carls, shot, seconds="10"))
    assert "costs 220 credits, and the button said 110" in answer.content.decode()


def test_over_budget_is_refused_with_the_numbers(carls: Client, shot: Shot) -> None:
    form = filled(carls, shot)
    Organisation.objects.update(monthly_limit=100)
    answer = carls.post(address(shot), form)
    assert answer.status_code == 422
    assert "has 100 credits" in answer.content.decode()
    assert not Take.objects.exists()


@pytest.mark.parametrize(
    "damage",
    [{"key": "x"}, {"price_shown": "cheap"}, {"takes": "9"}, {"seconds": "ten"}, {"image": "no", "route": "image"}],
)
def test_damaged_forms_are_refused(carls: Client, shot: Shot, damage: dict[str, str]) -> None:
    assert carls.post(address(shot), filled(carls, shot, **damage)).status_code == 422
    assert carls.post(address(shot), damage).status_code == 422


def library(shot: Shot, **fields: Any) -> Asset:
    return AssetFactory.create(organisation=shot.project.organisation, **fields)


def test_an_asset_led_take_starts_from_the_chosen_image(carls: Client, shot: Shot) -> None:
    image = library(shot).current_version
    assert image
    form = filled(carls, shot, f"?asset={image.asset_id}", route="image", image=str(image.pk))
    assert carls.post(address(shot), form).status_code == 302
    take = Take.objects.filter(number=1).get()
    assert (take.image, take.aspect_ratio, take.model) == (image, "", IMAGE_MODEL)


def test_an_asset_in_the_address_is_picked_already(carls: Client, shot: Shot) -> None:
    asset = library(shot)
    html = page(carls, shot, f"?asset={asset.pk}")
    assert re.search(rf'value="{asset.current_version_id}"\s+checked', html)
    assert re.search(r'value="image"[^>]*checked', html)


def test_expired_assets_can_not_be_picked(carls: Client, shot: Shot) -> None:
    asset = library(shot, expires_on=timezone.localdate() - timedelta(days=1))
    assert re.search(rf'value="{asset.current_version_id}"\s+disabled', page(carls, shot))
    form = filled(carls, shot, route="image", image=str(asset.current_version_id))
    assert "expired on" in carls.post(address(shot), form).content.decode()


def test_other_organisations_assets_are_not_shown_nor_taken(carls: Client, shot: Shot) -> None:
    image = AssetFactory.create().current_version
    assert image is not None
    assert str(image.pk) not in page(carls, shot)
    form = filled(carls, shot, route="image", image=str(image.pk))
    assert carls.post(address(shot), form).status_code == 422


def test_a_search_keeps_what_was_typed_without_a_script(carls: Client, shot: Shot) -> None:
    library(shot, name="Harbour")
    library(shot, name="Cup")
    answer = carls.post(address(shot), filled(carls, shot, part="images", q="harb", prompt="Half a sen"))
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Half a sen" in html
    assert "Harbour" in html
    assert "Cup" not in html


@pytest.mark.parametrize(("part", "mark"), [("hints", "Say who or what"), ("images", 'id="images"')])
def test_parts_of_the_page_for_htmx(carls: Client, shot: Shot, part: str, mark: str) -> None:
    answer = carls.post(address(shot), {"part": part, "prompt": "sunset"}, headers={"HX-Request": "true"})
    assert mark in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_hints_name_the_smallest_request(carls: Client, shot: Shot) -> None:
    form = filled(carls, shot, part="price", seconds="10", sound="on")
    html = carls.post(address(shot), form).content.decode()
    assert "5 s without sound answers this for a quarter of the price: 55 credits a take." in html
    assert "440 credits" in html


def test_from_a_take_everything_is_filled_in(carls: Client, shot: Shot) -> None:
    take = TakeFactory.create(shot=shot, number=1, prompt="The <old> words", seconds=10, aspect_ratio="1:1")
    GenerationFactory.create(take=take, state="failed", failure_class="moderation")
    form = filled(carls, shot, f"?from={take.pk}", takes="1", seconds="10", prompt="Better words here")
    assert "The &lt;old&gt; words" in page(carls, shot, f"?from={take.pk}")
    carls.post(address(shot, f"?from={take.pk}"), form)
    assert Take.objects.get(number=2).parent == take


def test_a_take_of_another_shot_is_no_start(carls: Client, shot: Shot) -> None:
    assert carls.get(address(shot, f"?from={TakeFactory.create().pk}")).status_code == 404
    assert carls.get(address(shot, "?from=x")).status_code == 404


def test_a_reviewer_may_not_compose_and_a_stranger_sees_nothing(ritas: Client, sams: Client, shot: Shot) -> None:
    assert ritas.get(address(shot)).status_code == 403
    assert ritas.post(address(shot)).status_code == 403
    assert sams.get(address(shot)).status_code == 404


@pytest.mark.parametrize("many", [3, 50])
def test_queries_do_not_grow_with_the_library(
    carls: Client, shot: Shot, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(many):
        library(shot)
    with django_assert_max_num_queries(12):
        carls.get(address(shot))
