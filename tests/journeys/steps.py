"""What people do on the way from a brief to a delivery: each step in the browser, by the words they see."""

import hashlib
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from playwright.sync_api import Locator, Page, expect

from tests.live.people import PASSWORD, Desk, log_in
from tests.live.product import Product

PATIENCE_MS = 60_000


def found_organisation(product: Product, organisation: str, email: str, name: str) -> None:
    """The operator makes an organisation with its first admin."""
    who = ["--organisation", organisation, "--email", email, "--name", name]
    product.manage("bootstrap", *who, "--password-stdin", "--another", typed=f"{PASSWORD}\n")


def allow_credits(admin: Page, credits: int) -> None:
    """The admin sets this month's limit."""
    admin.goto("/budgets/")
    admin.get_by_role("link", name="Set this month's limit").click()
    admin.get_by_label("Limit in credits").fill(str(credits))
    admin.get_by_role("button", name="Set limit").click()
    expect(admin.locator(".figure", has_text="Limit")).to_contain_text(f"{credits:,}")


def invite(admin: Page, email: str, role: str) -> None:
    """The admin sends an invitation."""
    admin.goto("/settings/people/")
    admin.get_by_role("link", name="Invite somebody").click()
    admin.get_by_label("E-mail").fill(email)
    admin.get_by_role("radio", name=role).check()
    admin.get_by_role("button", name="Send the invitation").click()
    expect(admin.get_by_role("cell", name=email)).to_be_visible()


def join(desk: Desk, email: str, name: str) -> Page:
    """Somebody follows the link of the mail and says who they are; their browser, logged in."""
    page = desk.nobody()
    page.goto(desk.product.link_in_letter(email, "/invitation/"))
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page).to_have_title("Home · Kling CMS")
    return page


def gather_team(desk: Desk, organisation: str, domain: str, credits: int, **roles: str) -> dict[str, Page]:
    """Alice's organisation with a limit, and the people she invites: first name to role. Everybody's browser."""
    email = f"alice@{domain}"
    found_organisation(desk.product, organisation, email, "Alice Adler")
    alice = desk.nobody()
    log_in(alice, email)
    allow_credits(alice, credits)
    for name, role in roles.items():
        invite(alice, f"{name}@{domain}", role)
    return {"alice": alice, **{name: join(desk, f"{name}@{domain}", FULL_NAMES[name]) for name in roles}}


FULL_NAMES = {"pat": "Pat Prado", "carl": "Carl Cho", "rita": "Rita Rossi"}


def create_project(producer: Page, name: str, goal: str, criteria: list[str]) -> str:
    """The producer begins with the goal; the project's address."""
    producer.goto("/projects/new/")
    producer.get_by_role("radio", name=goal).check()
    producer.get_by_label("Name").fill(name)
    producer.get_by_label("Audience").fill("People on their way to work")
    producer.get_by_label("Acceptance criteria").fill("\n".join(criteria))
    producer.get_by_role("button", name="Create the project").click()
    expect(producer.get_by_role("heading", name=name, level=1)).to_be_visible()
    return producer.url


def plan_shot(creator: Page, project: str, name: str) -> None:
    """The creator plans a shot and stands in its composer."""
    creator.goto(project)
    creator.get_by_role("link", name="New shot").click()
    creator.get_by_label("Name").fill(name)
    creator.get_by_role("button", name="Create the shot").click()
    expect(creator.get_by_role("button", name=re.compile("Generate"))).to_be_visible()


def prompt(page: Page) -> Locator:
    """Where the composer's words go."""
    return page.get_by_role("textbox", name="Prompt")


def price_button(page: Page) -> Locator:
    """The button that pays."""
    return page.locator("[data-price-button]")


def take(page: Page, number: int) -> Locator:
    """A tile of the contact sheet."""
    return page.get_by_role("article", name=f"Take {number}", exact=True)


def see_ready(page: Page, *numbers: int) -> None:
    """Wait, without touching the page, until takes show that they are ready."""
    for number in numbers:
        expect(take(page, number).locator(".tile-state")).to_have_text("Ready", timeout=PATIENCE_MS)


def select(page: Page, number: int, version: int) -> None:
    """A take becomes the next version."""
    take(page, number).get_by_role("button", name="Select").click()
    expect(take(page, number).get_by_role("link", name=f"v{version}", exact=True)).to_be_visible()


def ask(page: Page, *reviewers: str, message: str = "") -> str:
    """Ask people about the shot's current version; the room's address."""
    page.get_by_role("link", name="Ask for review").click()
    for name in reviewers:
        page.get_by_label(name).check()
    page.get_by_label("Message").fill(message)
    page.get_by_role("button", name="Ask for review").click()
    expect(page.locator(".decision-bar")).to_contain_text("due")
    return page.url


def go_to_frame(page: Page, frame: int) -> None:
    """Move the player with its timeline."""
    page.get_by_label("Position").fill(str(frame))
    expect(page.locator("[data-frame-number]")).to_have_text(f"frame {frame}")


def write_note(page: Page, frame: int, text: str) -> None:
    """A note on a frame."""
    go_to_frame(page, frame)
    page.get_by_role("textbox", name="Note on").fill(text)
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".note-text", has_text=text)).to_be_visible()


def request_changes(page: Page, reason: str) -> None:
    """Decide for changes, with or without saying why."""
    page.get_by_role("button", name="Request changes").first.click()
    dialog = page.get_by_role("dialog", name="What should change?")
    dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name="Request changes").click()


def deliver(producer: Page, project: str, name: str) -> None:
    """Pack what is approved, and seal it."""
    producer.goto(project)
    producer.get_by_role("link", name="Package", exact=True).click()
    producer.get_by_label("Name").fill(name)
    producer.get_by_role("button", name="Create package").click()
    producer.get_by_role("button", name="Add to package").click()
    producer.get_by_role("button", name="Seal package").click()
    producer.get_by_role("dialog").get_by_role("button", name="Seal package").click()
    expect(producer.get_by_role("link", name="Download zip")).to_be_visible()


def download(producer: Page, folder: Path) -> Path:
    """Take the zip home."""
    with producer.expect_download() as started:
        producer.get_by_role("link", name="Download zip").click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


def open_zip(path: Path) -> dict[str, Any]:
    """The manifest of a zip whose files are exactly what it says, with a README that names them."""
    with ZipFile(path) as archive:
        assert archive.testzip() is None
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
        readme = archive.read("README.txt").decode()
        for clip in manifest["clips"]:
            content = archive.read(clip["file"])
            assert hashlib.sha256(content).hexdigest() == clip["sha256"]
            assert len(content) == clip["size"]
            assert clip["sha256"] in readme
        assert sorted(archive.namelist()) == sorted(
            ["manifest.json", "README.txt", *(clip["file"] for clip in manifest["clips"])]
        )
    assert manifest["ai_disclosure"]["statement"] in " ".join(readme.split())
    return manifest


def charged(producer: Page) -> Decimal:
    """What the ledger says was charged, of what was held nothing is left."""
    producer.goto("/ledger/")
    held = producer.locator(".figure", has_text="Held now").locator("dd")
    expect(held).to_have_text(re.compile(r"^0 "))
    words = producer.locator(".figure", has_text="Charged").locator("dd").inner_text()
    return Decimal(words.split()[0].replace(",", ""))
