"""Light and dark: the person's choice is there before the first paint of the next page."""

from playwright.sync_api import Page, expect

from tests.live.people import Desk

GROUND = "getComputedStyle(document.body).backgroundColor"
# Noted by the page itself before anything is painted: what the theme was when the body began.
FIRST_THEME = """new MutationObserver((_, watcher) => {
  if (!document.body) return;
  window.firstTheme = document.documentElement.dataset.theme ?? "";
  watcher.disconnect();
}).observe(document, { childList: true, subtree: true });"""


def choose(page: Page, theme: str) -> None:
    """Through the person's menu."""
    page.get_by_label("Your menu").click()
    page.locator(f"[data-theme-set={theme}]").click()
    page.keyboard.press("Escape")


def test_a_chosen_theme_stays_and_never_flashes(desk: Desk, world: dict[str, str]) -> None:
    page = desk.person("rita@world.example", color_scheme="light", reduced_motion="reduce")
    page.goto("/")
    light = page.evaluate(GROUND)
    choose(page, "dark")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate(GROUND) != light
    page.add_init_script(FIRST_THEME)
    page.goto("/reviews/")
    assert page.evaluate("window.firstTheme") == "dark"
    assert page.evaluate(GROUND) != light


def test_the_systems_theme_is_followed_until_somebody_chooses(desk: Desk, world: dict[str, str]) -> None:
    page = desk.person("rita@world.example", color_scheme="dark", reduced_motion="reduce")
    page.goto("/")
    dark = page.evaluate(GROUND)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(GROUND) != dark
    choose(page, "dark")
    assert page.evaluate(GROUND) == dark
    choose(page, "system")
    assert page.evaluate(GROUND) != dark
