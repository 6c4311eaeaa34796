"""Working by keyboard: the review room, the contact sheet, tables."""

import re

from playwright.sync_api import Page, expect

from tests.live.people import Desk, wait_for_clip


def room(desk: Desk, world: dict[str, str], person: str) -> Page:
    """Somebody in the room of a version that waits for them, its clip loaded."""
    page = desk.person(f"{person}@world.example")
    page.goto(f"/versions/{world['version']}/")
    wait_for_clip(page)
    return page


def frame(page: Page) -> int:
    """The frame that the player says it shows."""
    return int(page.locator("[data-frame-number]").inner_text().removeprefix("frame "))


def test_arrows_step_one_frame_and_with_shift_ten(desk: Desk, world: dict[str, str]) -> None:
    page = room(desk, world, "rita")
    number = page.locator("[data-frame-number]")
    page.keyboard.press("ArrowRight")
    expect(number).to_have_text("frame 1")
    page.keyboard.press("Shift+ArrowRight")
    expect(number).to_have_text("frame 11")
    page.keyboard.press("ArrowLeft")
    expect(number).to_have_text("frame 10")
    expect(page.locator("[data-timecode]")).to_have_text("00:00:00:10")


def test_space_plays_and_pauses(desk: Desk, world: dict[str, str]) -> None:
    page = room(desk, world, "rita")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("[data-frame-number]")).not_to_have_text("frame 0")
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    assert frame(page) > 0


def test_c_begins_a_note_on_this_frame_and_typing_is_typing(desk: Desk, world: dict[str, str]) -> None:
    page = room(desk, world, "rita")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("c")
    note = page.get_by_role("textbox", name="Note on")
    expect(note).to_be_focused()
    page.keyboard.type("a ran, l")
    expect(note).to_have_value("a ran, l")
    expect(page.locator("[data-note-form] [name=frame]")).to_have_value("3")
    expect(page.locator("[data-frame-number]")).to_have_text("frame 3")


def test_r_asks_why_and_escape_goes_back(desk: Desk, world: dict[str, str]) -> None:
    page = room(desk, world, "rita")
    page.keyboard.press("r")
    dialog = page.get_by_role("dialog", name="What should change?")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_question_mark_shows_the_keys(desk: Desk, world: dict[str, str]) -> None:
    page = room(desk, world, "carl")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_a_approves(desk: Desk, world: dict[str, str]) -> None:
    page = room(desk, world, "pat")
    page.keyboard.press("a")
    seat = page.locator(".decision-policy .person").filter(has_text="Pat Prado")
    expect(seat).to_contain_text("Approved")


def sheet(desk: Desk, world: dict[str, str]) -> Page:
    """Carl at the contact sheet, on its first tile."""
    page = desk.person("carl@world.example")
    page.goto(f"/shots/{world['shot']}/")
    page.get_by_role("article", name="Take 3", exact=True).focus()
    return page


def test_figures_rate_and_zero_takes_it_back(desk: Desk, world: dict[str, str]) -> None:
    page = sheet(desk, world)
    page.keyboard.press("4")
    pressed = page.get_by_role("article", name="Take 3", exact=True).locator(".rate [aria-pressed=true]")
    expect(pressed).to_have_text("4")
    expect(page.get_by_role("article", name="Take 3", exact=True)).to_be_focused()
    page.keyboard.press("0")
    expect(pressed).to_have_count(0)


def test_x_discards_with_a_reason_and_restores(desk: Desk, world: dict[str, str]) -> None:
    page = sheet(desk, world)
    page.keyboard.press("ArrowRight")
    tile = page.get_by_role("article", name="Take 2", exact=True)
    expect(tile).to_be_focused()
    page.keyboard.press("x")
    expect(page.get_by_role("dialog", name="Why take 2 is discarded")).to_be_visible()
    page.keyboard.press("2")
    expect(tile.locator(".tile-state")).to_have_text("Discarded")
    expect(tile.locator(".take-tools")).to_contain_text("Artefacts or distortions")
    page.keyboard.press("x")
    expect(tile.locator(".tile-state")).to_have_text("Ready")


def test_w_selects(desk: Desk, world: dict[str, str]) -> None:
    page = sheet(desk, world)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("w")
    tile = page.get_by_role("article", name="Take 1", exact=True)
    expect(tile.get_by_role("link", name="v1", exact=True)).to_be_visible()


def test_arrows_and_enter_work_in_tables(desk: Desk, world: dict[str, str]) -> None:
    page = desk.person("alice@world.example")
    page.goto("/deliveries/")
    first, second = (page.locator("tbody tr").nth(place) for place in (0, 1))
    first.focus()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/deliveries/{world['package']}/$"))
