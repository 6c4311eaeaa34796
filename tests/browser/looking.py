"""Looking at a page as a designer and a screen reader's user would: does it fit, and what does axe find?"""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, ViewportSize

WIDE: ViewportSize = {"width": 1440, "height": 900}
MIDDLE: ViewportSize = {"width": 1024, "height": 768}
NARROW: ViewportSize = {"width": 390, "height": 844}
SERIOUS = ("serious", "critical")
OVERFLOW = """() => [...document.querySelectorAll("body *")]
  .filter(e => e.getBoundingClientRect().right > innerWidth + 1 && getComputedStyle(e).position !== "fixed")
  .slice(-3).map(e => e.outerHTML.slice(0, 120))"""


def violations(page: Page, *rules: str) -> list[str]:
    """What axe finds serious, a line a kind with the first elements; only these rules if any are named."""
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": rules}
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate("options => axe.run(document, options)", options)["violations"]
    return [
        f"{each['id']} ({each['impact']}): {each['help']}: {[node['html'][:160] for node in each['nodes'][:3]]}"
        for each in found
        if each["impact"] in SERIOUS
    ]


def fits(page: Page) -> None:
    """Nothing makes the page scroll sideways."""
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert too_wide <= 0, f"{too_wide} px at {page.viewport_size}: {page.evaluate(OVERFLOW)}"
