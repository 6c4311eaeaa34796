"""Forms keep what was typed, send once, and come alive again behind the back button."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.live.people import Desk
from tests.live.product import Product

CARL = "carl@world.example"
# As Kie counts: code points. Outside the basic plane, right to left, and combined.
ODD = "👩‍🚀 עברית e\u0301 "


def composer(desk: Desk, world: dict[str, str]) -> Page:
    """Carl in the composer of a shot."""
    page = desk.person(CARL)
    page.goto(f"/shots/{world['shot']}/compose/")
    return page


def test_the_count_is_of_code_points_and_the_button_says_how_many_too_many(desk: Desk, world: dict[str, str]) -> None:
    page = composer(desk, world)
    steps.prompt(page).fill("😀" * 1000)
    expect(page.locator("[data-count-for=id_prompt]")).to_have_text("1000 / 1000")
    expect(steps.price_button(page)).to_be_enabled()
    steps.prompt(page).fill("😀" * 1001)
    expect(page.locator("[data-price-reason]")).to_have_text("The prompt is 1 character too long.")
    expect(steps.price_button(page)).to_be_disabled()


@pytest.fixture
def closed_price(product: Product) -> Iterator[None]:
    """Kie charged more than the list says for ten seconds with sound."""
    line = (
        "from assets.models import Price; from django.utils import timezone; "
        "Price.objects.filter(model='kling-2.6/text-to-video', seconds=10, sound=True).update(closed_at={})"
    )
    product.manage("shell", "-c", line.format("timezone.now()"))
    yield
    product.manage("shell", "-c", line.format("None"))


@pytest.mark.usefixtures("closed_price")
def test_a_closed_price_is_told_before_a_word_is_typed(desk: Desk, world: dict[str, str]) -> None:
    page = composer(desk, world)
    expect(page.locator("[data-price-reason]")).to_have_text("Write the prompt first.")
    page.locator("label", has_text="10 s").click()
    page.locator("label", has_text="With sound").click()
    expect(page.locator("[data-price-reason]")).to_contain_text("closed until an admin confirms it")
    expect(steps.price_button(page)).to_be_disabled()


def test_a_refused_prompt_is_still_there(desk: Desk, world: dict[str, str]) -> None:
    desk.complaints.expect(r"422: POST \S+/compose/")
    page = composer(desk, world)
    words = (ODD * 100)[:1001]
    steps.prompt(page).fill(words)
    # Past the script, which would not let it go.
    page.evaluate("HTMLFormElement.prototype.submit.call(document.getElementById('composer'))")
    expect(page.get_by_role("alert")).to_contain_text("Nothing was queued. What you typed is still here.")
    expect(steps.prompt(page)).to_have_value(words)


def test_a_refused_form_without_scripts_keeps_everything(desk: Desk, world: dict[str, str]) -> None:
    desk.complaints.expect(r"422: POST \S+/new/")
    page = desk.person("pat@world.example", java_script_enabled=False)
    page.goto("/projects/new/")
    page.get_by_role("radio", name="Campaign asset").check()
    page.get_by_label("Name").fill("Autumn launch")
    page.get_by_label("Message").fill(f"{ODD}\n second line")
    page.get_by_role("button", name="Create the project").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Message")).to_have_value(f"{ODD}\n second line")
    expect(page.get_by_role("radio", name="Campaign asset")).to_be_checked()


def test_a_form_behind_the_back_button_can_be_sent_again(desk: Desk, world: dict[str, str]) -> None:
    page = desk.person(CARL)
    page.goto(f"/shots/{world['shot']}/edit/")
    for words in ("Once", "Twice"):
        page.get_by_label("What it should show").fill(words)
        page.get_by_role("button", name="Save").click()
        expect(page.locator(".take-about")).to_have_text(words)
        page.go_back()
    expect(page.get_by_role("button", name="Save")).not_to_have_attribute("aria-disabled", "true")


def test_the_price_follows_the_choice(desk: Desk, world: dict[str, str]) -> None:
    page = composer(desk, world)
    steps.prompt(page).fill("A gull")
    page.get_by_text("10 s", exact=True).click()
    page.get_by_text("With sound", exact=True).click()
    page.get_by_role("group", name="Takes").get_by_text("4", exact=True).click()
    expect(steps.price_button(page)).to_have_text("Generate 4 takes·880 credits")
    expect(page.locator("[data-price-usd]")).to_have_text("USD 4.40 · 220 credits a take")
