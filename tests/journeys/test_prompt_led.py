"""Prompt-led, from an empty installation to an opened zip: everybody at a browser, worker and Kie.ai for real."""

from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.live.people import Desk

pytestmark = [pytest.mark.postgres]
FIRST = "A trawler crosses the harbour at first light, slow dolly forward, gulls, long reflections"
SECOND = "A trawler crosses the harbour at first light, very slow dolly forward, gulls, it stays in the frame"
REASON = "The camera arrives too early."


def compose_first_takes(carl: Page) -> None:
    """Two takes at the price on the button, with the budget after it; they get ready while Carl only looks."""
    expect(steps.price_button(carl)).to_be_disabled()
    steps.prompt(carl).fill(FIRST)
    expect(steps.price_button(carl)).to_have_text("Generate 2 takes·110 credits")
    expect(carl.locator("[data-price-usd]")).to_contain_text("USD 0.55")
    expect(carl.locator("[data-price-after]")).to_have_text("This month: 1,000 credits free, 890 after")
    steps.price_button(carl).click()
    expect(carl.get_by_role("article")).to_have_count(2)
    carl.evaluate("window.untouched = true")
    steps.see_ready(carl, 1, 2)
    assert carl.evaluate("window.untouched")


def judge_first_version(rita: Page) -> None:
    """Rita starts from her queue, notes a frame, is refused without a reason and says it then."""
    rita.goto("/reviews/")
    rita.get_by_role("link", name="Start reviewing").click()
    steps.write_note(rita, 31, "The trawler jumps here.")
    note = rita.locator(".note", has_text="The trawler jumps here.")
    expect(note.locator(".note-frame")).to_have_text("00:00:01:07 · 31")
    steps.request_changes(rita, "")
    dialog = rita.get_by_role("dialog", name="What should change?")
    expect(dialog.locator(".field-error")).to_be_visible()
    dialog.get_by_label("Reason").fill(REASON)
    dialog.get_by_role("button", name="Request changes").click()
    expect(rita.locator(".decision-bar")).to_contain_text("over")


def revise(carl: Page, room: str) -> None:
    """Carl finds the note and the reason beside his old prompt, and answers them with another take."""
    carl.goto(room)
    carl.get_by_role("link", name="Revise").click()
    expect(carl.get_by_text(REASON)).to_be_visible()
    expect(carl.get_by_role("checkbox", name="The trawler jumps here.")).to_be_checked()
    expect(steps.prompt(carl)).to_have_value(FIRST)
    steps.prompt(carl).fill(SECOND)
    expect(steps.price_button(carl)).to_have_text("Generate 1 take·55 credits")
    steps.price_button(carl).click()
    steps.see_ready(carl, 3)
    expect(steps.take(carl, 3)).to_contain_text("from take 1")


def approve(rita: Page, carl: Page, room: str) -> None:
    """Carl can't say yes to his own; Rita can."""
    expect(carl.get_by_role("button", name="Approve")).to_have_count(0)
    rita.goto(room)
    rita.get_by_role("button", name="Approve").click()
    expect(rita.locator(".decision-bar")).to_contain_text("over: approved")


def test_from_a_brief_to_an_opened_zip(desk: Desk, tmp_path: Path) -> None:
    before = desk.product.standin.balance
    team = steps.gather_team(
        desk, "Northlight Studio", "prompt.example", 1000, pat="Producer", carl="Creator", rita="Reviewer"
    )
    pat, carl, rita = team["pat"], team["carl"], team["rita"]
    desk.complaints.expect(r"422: POST \S+/decide/")
    project = steps.create_project(pat, "Harbour lights", "Concept draft", ["The harbour is recognisable"])
    steps.plan_shot(carl, project, "Opening")
    compose_first_takes(carl)
    steps.select(carl, 1, version=1)
    room = steps.ask(carl, "Rita Rossi", message="Is the push slow enough?")
    judge_first_version(rita)
    revise(carl, room)
    steps.select(carl, 3, version=2)
    room = steps.ask(carl, "Rita Rossi")
    approve(rita, carl, room)
    steps.deliver(pat, project, "Teaser, final")
    manifest = steps.open_zip(steps.download(pat, tmp_path))

    (clip,) = manifest["clips"]
    assert (clip["prompt"], clip["route"], clip["version"], clip["take"]) == (SECOND, "text", 2, 3)
    assert [(said["by"], said["verdict"], said["file_sha256"]) for said in clip["decisions"]] == [
        ("Rita Rossi", "approve", clip["sha256"])
    ]
    assert Decimal(clip["cost_of_all_takes"]["credits"]) == 165
    assert steps.charged(pat) == before - desk.product.standin.balance == 165
