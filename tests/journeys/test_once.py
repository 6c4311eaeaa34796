"""One press, one job, one price: double clicks, two tabs, a worker that is killed."""

import os
import signal

from playwright.sync_api import Page, expect

from tests.journeys import steps
from tests.live.people import Desk
from tests.worker_support import below

CARL = "carl@world.example"


def compose(page: Page, shot: str, words: str) -> None:
    """Everything but the press: one take."""
    page.goto(f"/shots/{shot}/compose/")
    steps.prompt(page).fill(words)
    page.get_by_role("group", name="Takes").get_by_text("1", exact=True).click()
    expect(steps.price_button(page)).to_have_text("Generate 1 take·55 credits")


def accepted(desk: Desk, words: str) -> int:
    """How many tasks Kie.ai has with these words."""
    return sum(words in task.prompt for task in desk.product.standin.accepted)


def see_one_ready(page: Page, words: str) -> None:
    """The sheet shows exactly one take of these words, and it gets ready."""
    tile = page.get_by_role("article").filter(has_text=words)
    expect(tile).to_have_count(1)
    expect(tile.locator(".tile-state")).to_have_text("Ready", timeout=steps.PATIENCE_MS)


def plan(page: Page, project: str, name: str) -> str:
    """A shot for this test alone; its key."""
    steps.plan_shot(page, f"/projects/{project}/", name)
    return page.url.split("/shots/")[1].split("/")[0]


def test_a_double_click_makes_one_job(desk: Desk, world: dict[str, str]) -> None:
    carl = desk.person(CARL)
    before = desk.product.standin.balance
    compose(carl, plan(carl, world["project"], "Double click"), "A gull lands on the pier")
    steps.price_button(carl).dblclick()
    see_one_ready(carl, "A gull lands on the pier")
    assert accepted(desk, "A gull lands on the pier") == 1
    assert before - desk.product.standin.balance == 55


def test_two_tabs_make_one_job(desk: Desk, world: dict[str, str]) -> None:
    carl = desk.person(CARL)
    shot = plan(carl, world["project"], "Two tabs")
    other = carl.context.new_page()
    for page in (carl, other):
        compose(page, shot, "A rope is thrown ashore")
    for page in (carl, other):
        steps.price_button(page).click()
    expect(other.get_by_text("was queued already")).to_be_visible()
    see_one_ready(other, "A rope is thrown ashore")
    assert accepted(desk, "A rope is thrown ashore") == 1


def test_the_back_button_makes_no_second_job(desk: Desk, world: dict[str, str]) -> None:
    carl = desk.person(CARL)
    compose(carl, plan(carl, world["project"], "Back button"), "The lamp on the pier goes out")
    steps.price_button(carl).click()
    see_one_ready(carl, "The lamp on the pier goes out")
    carl.go_back()
    expect(steps.prompt(carl)).to_have_value("The lamp on the pier goes out")
    steps.price_button(carl).click()
    expect(carl.get_by_text("was queued already")).to_be_visible()
    see_one_ready(carl, "The lamp on the pier goes out")
    assert accepted(desk, "The lamp on the pier goes out") == 1


def test_killed_workers_lose_nothing_and_pay_once(desk: Desk, world: dict[str, str]) -> None:
    carl = desk.person(CARL)
    words = "A trawler leaves in the fog"
    compose(carl, plan(carl, world["project"], "Killed workers"), f"{words} [kie:slow=3]")
    before = desk.product.standin.balance
    steps.price_button(carl).click()
    expect(carl.get_by_role("article").filter(has_text=words).locator(".tile-state")).to_have_text("Generating")
    for cluster in below(desk.product.troupe.members["worker"].pid):
        for worker in below(cluster):
            os.kill(worker, signal.SIGKILL)
        os.kill(cluster, signal.SIGKILL)
    see_one_ready(carl, words)
    assert accepted(desk, words) == 1
    assert before - desk.product.standin.balance == 55
