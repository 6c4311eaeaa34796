"""What opens over a page: menus and dialogs fit a phone, and axe finds nothing serious in them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.looking import NARROW, WIDE, fits, violations
from tests.live.people import Desk

OPENED = {
    "the person's menu": ("rita", "/", "Your menu"),
    "reasons of a decision": ("rita", "/versions/{version}/", "Request changes"),
    "keys of the room": ("rita", "/versions/{version}/", "?"),
    "versions of a shot": ("rita", "/versions/{version}/", "v1"),
    "generate again": ("carl", "/shots/{shot}/", "Re-roll"),
    "a question before a step that stays": ("alice", "/library/{asset}/", "Retire"),
}


LOOKS = {"wide, light": (WIDE, "light"), "narrow, dark": (NARROW, "dark")}


def open_it(page: Page, what: str) -> None:
    """Press what opens it: a key, or the button with these words."""
    if len(what) == 1:
        page.keyboard.press(what)
        return
    summary = page.locator(f"summary[aria-label^='{what}']").or_(page.locator("summary.btn", has_text=what))
    page.get_by_role("button", name=what).or_(summary).first.click()


@pytest.mark.parametrize(("person", "address", "what"), OPENED.values(), ids=[*OPENED])
@pytest.mark.parametrize("look", LOOKS)
def test_what_opens_is_in_order(
    desk: Desk, world: dict[str, str], person: str, address: str, what: str, look: str
) -> None:
    size, scheme = LOOKS[look]
    page = desk.person(f"{person}@world.example", reduced_motion="reduce", color_scheme=scheme, viewport=size)
    page.goto(address.format(**world))
    open_it(page, what)
    opened = page.locator("dialog[open], details[open] > .menu-panel, [popover]:popover-open").first
    expect(opened).to_be_visible()
    fits(page)
    assert violations(page) == []
