"""People at browsers of their own."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import BrowserContext, Page, expect

from tests.live.product import Product
from tests.live.watch import Complaints

PASSWORD = "a paper boat at dawn"


class Desk:
    """Opens browsers. A person who has logged in through the form once stays so in later browsers of the session."""

    def __init__(self, product: Product, complaints: Complaints, open_browser: Callable[..., BrowserContext]) -> None:
        self.product, self.complaints, self._open = product, complaints, open_browser

    def nobody(self, **wishes: Any) -> Page:
        """A page of somebody who is not logged in; wishes go to Playwright's `new_context`."""
        return self._open(**wishes).new_page()

    def person(self, email: str, password: str = PASSWORD, **wishes: Any) -> Page:
        """A page of somebody who logs in through the form."""
        return enter(self.product, self._open, email, password, **wishes)


def enter(
    product: Product, open_browser: Callable[..., BrowserContext], email: str, password: str = PASSWORD, **wishes: Any
) -> Page:
    """A page of somebody who is logged in: the first time through the form, later by the session that gave."""
    page = open_browser(storage_state=product.sessions.get(email), **wishes).new_page()
    if email not in product.sessions:
        log_in(page, email, password)
        product.sessions[email] = page.context.storage_state()
    return page


def log_in(page: Page, email: str, password: str = PASSWORD) -> None:
    """Through the form, up to the home page."""
    page.goto("/accounts/login/")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page).to_have_title("Home · Kling CMS")


def wait_for_clip(page: Page) -> None:
    """Until the page's video knows its length, and has done the seek it is at."""
    page.evaluate(SETTLED)


# A promise, since the pages' content policy forbids the `eval` that Playwright's own waiting would need.
SETTLED = """() => new Promise((done) => {
  const video = document.querySelector("video");
  const look = () => (video.readyState >= 1 && !video.seeking ? done() : setTimeout(look, 10));
  look();
})"""
