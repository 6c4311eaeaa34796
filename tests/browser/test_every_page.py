"""Every page, wide and narrow, light and dark: it fits, axe finds nothing serious, and nobody complains."""

from collections.abc import Iterator

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page, expect

from tests.browser.looking import MIDDLE, NARROW, WIDE, fits, violations
from tests.live.people import Desk, enter
from tests.live.product import Product
from tests.live.watch import Complaints
from tests.test_every_url import GET, TABLE

NO_PAGE = {
    *(
        "healthz",
        "readyz",
        "metrics",
        "favicon",
        "asset_file",
        "asset_thumbnail",
        "ledger_csv",
        "package_zip",
        "package_manifest",
    ),
    *("clip_video", "clip_proxy", "clip_poster", "clip_sprite", "clip_download", "notification_open", "take_tiles"),
    "invitation_accept",  # for people who are not logged in
}
PAGES = {name: (name, needs) for name, (method, needs, _) in TABLE.items() if method == GET and name not in NO_PAGE}
STATES = {
    "board without shots": ("project_board", "empty_project"),
    "brief without anything": ("project_brief", "empty_project"),
    "takes that failed": ("take_list", "trouble"),
    "a job that failed": ("take_job", "failed"),
    "a job that runs": ("take_job", "running"),
    "room of an approved version": ("version_review", "approved_version"),
    "package that is open": ("package_detail", "open_package"),
}
OTHERS = {
    "composer from an image": "{composer}?asset={asset}",
    "ledger, filtered to nothing": "/ledger/?text=nothing-is-called-so",
    "people's e-mail": "/accounts/email/",
    "password": "/accounts/password/change/",
    "second factor": "/accounts/2fa/",
    "sessions": "/accounts/sessions/",
    "done reviews": "/reviews/?tab=done",
}
SIGNED_OUT = {
    "log in": "/accounts/login/",
    "password forgotten": "/accounts/password/reset/",
    "a link that is no invitation": "/invitation/no-such-token/",
}


@pytest.fixture(scope="module")
def alices_browser(product: Product, chrome: Browser, world: dict[str, str]) -> Iterator[Page]:
    """Alice, logged in, in one window for the whole walk: styles and scripts come over the line once, as for people."""
    page = enter(product, lambda **wishes: chrome.new_context(base_url=product.url, **wishes), "alice@world.example")
    yield page
    page.context.close()


@pytest.fixture
def window(alices_browser: Page, complaints: Complaints) -> Iterator[Page]:
    """Alice's window, listened to for this test."""
    complaints.watch(alices_browser.context)
    yield alices_browser
    complaints.leave(alices_browser.context)


def look_at(page: Page, address: str, status: int = 200) -> None:
    """The page in all looks."""
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    answer = page.goto(address)
    assert answer is not None
    assert answer.status == status
    expect(page.locator("h1").first).to_be_visible()
    fits(page)
    assert violations(page) == [], "wide, light"
    page.emulate_media(color_scheme="dark")
    assert violations(page, "color-contrast") == [], "wide, dark"
    page.set_viewport_size(MIDDLE)
    fits(page)
    page.set_viewport_size(NARROW)
    fits(page)
    assert violations(page) == [], "narrow, dark"
    page.emulate_media(color_scheme="light")
    assert violations(page, "color-contrast") == [], "narrow, light"


def address_of(name: str, needs: str, world: dict[str, str]) -> str:
    """The address of a page in the world."""
    return reverse(name, kwargs={"pk": world[needs]} if needs else {})


@pytest.mark.parametrize(("name", "needs"), [*PAGES.values(), *STATES.values()], ids=[*PAGES, *STATES])
def test_a_page_of_the_product(window: Page, world: dict[str, str], name: str, needs: str) -> None:
    look_at(window, address_of(name, needs, world))


@pytest.mark.parametrize("address", OTHERS.values(), ids=[*OTHERS])
def test_another_page(window: Page, world: dict[str, str], address: str) -> None:
    look_at(window, address.format(**world, composer=address_of("composer", "shot", world)))


@pytest.mark.parametrize("address", SIGNED_OUT.values(), ids=[*SIGNED_OUT])
def test_a_page_before_the_door(desk: Desk, address: str) -> None:
    status = 404 if "no-such" in address else 200
    desk.complaints.expect("404: GET .*/no-such-token/")
    look_at(desk.nobody(), address, status)


@pytest.mark.parametrize("person", ["pat", "carl", "rita"])
def test_home_of_each_role(desk: Desk, world: dict[str, str], person: str) -> None:
    look_at(desk.person(f"{person}@world.example"), "/")


def test_nothing_here(window: Page, complaints: Complaints, world: dict[str, str]) -> None:
    complaints.expect("404: GET")
    look_at(window, f"/projects/{world['clip']}/", status=404)
