"""Fixtures of everything that runs in a browser: one product a session, and people at browsers of their own.

Whatever asks for `product` is marked `browser` and `worker`, runs last, and stays on one process under xdist.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from tests.chromium import find_chromium
from tests.live.people import Desk
from tests.live.product import Product, own_database
from tests.live.watch import Complaints

NO_BROWSER = "no Chromium or Chrome was found; install one, or name it in CHROMIUM"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
MARKS = [pytest.mark.browser, pytest.mark.worker]
LIVE_FOLDERS = ("tests/browser/", "tests/journeys/")
WAIT_MS = 20_000


def is_live(item: pytest.Item) -> bool:
    """Whether a test runs against the product."""
    return "product" in getattr(item, "fixturenames", ())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is live and put it last: Playwright's loop is then in nobody's way."""
    for item in filter(is_live, items):
        for mark in MARKS:
            item.add_marker(mark)
    items.sort(key=is_live)


class LiveTogether(LoadScopeScheduling):
    """Tests go to whichever process is free, the live ones all to the one whose product runs.

    Groups by marks, xdist's own way, are lost with the node ids of pytest 9.2.
    """

    def _split_scope(self, nodeid: str) -> str:
        return "live" if nodeid.startswith(LIVE_FOLDERS) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LiveTogether:
    """How xdist shares the tests out."""
    return LiveTogether(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were left out for want of a browser."""
    left_out = [report for report in terminalreporter.stats.get("skipped", ()) if NO_BROWSER in str(report.longrepr)]
    if left_out:
        files = sorted({report.nodeid.partition("::")[0] for report in left_out})
        terminalreporter.write_line(f"Left out {len(left_out)} tests in {', '.join(files)}: {NO_BROWSER}.", yellow=True)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser to drive. Without one the tests are skipped, in CI they fail."""
    path = find_chromium()
    if path is None and os.environ.get("CI") == "true":
        pytest.fail(NO_BROWSER)
    if path is None:
        pytest.skip(NO_BROWSER)
    # Playwright keeps an event loop on this thread; Django's own tests after it are as synchronous as ever.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    expect.set_options(timeout=WAIT_MS)
    return path


@pytest.fixture(scope="session")
def chrome(chromium: str) -> Iterator[Browser]:
    """One browser for all; each person gets a context of their own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def product(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The running product."""
    folder: Path = tmp_path_factory.mktemp("live")
    with own_database(folder) as address, Product(folder, address) as running:
        yield running


@pytest.fixture
def complaints(product: Product) -> Iterator[Complaints]:
    """What pages, web server and worker complained about; the test fails for what it didn't expect."""
    heard, position = Complaints(), len(product.said().encode())
    yield heard
    assert heard.unexpected() == []
    assert "Traceback" not in product.said(position), product.said(position)
    assert not product.troupe.fallen()


@pytest.fixture
def desk(product: Product, complaints: Complaints, chrome: Browser) -> Iterator[Desk]:
    """Where people sit down: `desk.person(...)` opens a browser of their own."""
    opened: list[BrowserContext] = []

    def open_browser(**wishes: Any) -> BrowserContext:
        usual: dict[str, Any] = {"base_url": product.url, "viewport": {"width": 1440, "height": 900}}
        context = chrome.new_context(**{**usual, **wishes})
        opened.append(context)
        context.set_default_timeout(WAIT_MS)
        complaints.watch(context)
        return context

    yield Desk(product, complaints, open_browser)
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def world(product: Product) -> dict[str, str]:
    """The studio of `tests.live.world`: kind to primary key. Its people log in as alice@world.example and so on."""
    told: dict[str, str] = json.loads(
        product.manage("shell", "--no-imports", "-c", "from tests.live.world import tell; tell()")
    )
    return told
