"""Take the README's pictures from a running demo: `python .ci/pictures.py http://localhost:8000`."""

import io
import re
import sys
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from kling_cms.demo.script import PASSWORD  # noqa: E402  # found through the line above
from tests.chromium import find_chromium  # noqa: E402

FOLDER = ROOT / ".readme"
SIZE = {"width": 1360, "height": 850}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PROJECT = "Autumn launch"


def log_in(page: Page, base: str, who: str) -> None:
    """Come in through the form."""
    page.goto(f"{base}/accounts/login/")
    page.fill("input[name=login]", f"{who}@northlight.example")
    page.fill("input[name=password]", PASSWORD)
    page.locator("main button").first.click()
    page.wait_for_url(f"{base}/")


def keep(page: Page, name: str) -> None:
    """Write what the window shows as a small WebP."""
    page.wait_for_load_state("networkidle")
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=82, method=6)


def board(page: Page, base: str) -> None:
    """Go to the busy project."""
    page.goto(f"{base}/projects/")
    page.get_by_role("link", name=PROJECT).first.click()
    page.get_by_role("heading", name=PROJECT).wait_for()


def main() -> None:
    """Board, composer, takes and review room."""
    base = sys.argv[1].rstrip("/")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        page = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
        log_in(page, base, "carl")
        board(page, base)
        keep(page, "board")
        page.get_by_role("link", name="Storefront in the rain").last.click()
        page.wait_for_url(re.compile("/shots/"))
        keep(page, "takes")
        page.get_by_role("link", name="New takes").first.click()
        page.locator(".asset-choice").nth(1).click()
        page.fill("textarea[name=prompt]", "Rain on the pavement, the lit window glows, people with umbrellas pass")
        keep(page, "composer")
        reviewer = browser.new_context(viewport=SIZE, color_scheme="light").new_page()
        log_in(reviewer, base, "rita")
        reviewer.get_by_role("link", name="Opening: first light v2").first.click()
        reviewer.locator(".note-frame").first.click()
        keep(reviewer, "review")
        browser.close()


if __name__ == "__main__":
    main()
