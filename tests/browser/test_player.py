"""The player goes to the very frame, which needs byte ranges: without them every seek lands on frame 0."""

import pytest
from playwright.sync_api import Page, expect

from tests.live.people import Desk, wait_for_clip

FPS = 24


def clip(desk: Desk, world: dict[str, str], query: str = "") -> Page:
    """Carl on the clip's page, the clip loaded."""
    page = desk.person("carl@world.example")
    page.goto(f"/clips/{world['clip']}/{query}")
    wait_for_clip(page)
    return page


def shown_at(page: Page) -> float:
    """The second that the video shows when its seek is done."""
    wait_for_clip(page)
    return float(page.evaluate("document.querySelector('video').currentTime"))


@pytest.mark.parametrize("frame", [1, 47, 100, 119])
def test_a_seek_lands_in_the_middle_of_the_frame(desk: Desk, world: dict[str, str], frame: int) -> None:
    page = clip(desk, world)
    page.get_by_label("Position").fill(str(frame))
    expect(page.locator("[data-frame-number]")).to_have_text(f"frame {frame}")
    assert shown_at(page) == pytest.approx((frame + 0.5) / FPS, abs=0.001)


def test_an_address_names_a_frame(desk: Desk, world: dict[str, str]) -> None:
    page = clip(desk, world, "?frame=31")
    expect(page.locator("[data-frame-number]")).to_have_text("frame 31")
    assert shown_at(page) == pytest.approx(31.5 / FPS, abs=0.001)


def test_a_marker_goes_to_its_note(desk: Desk, world: dict[str, str]) -> None:
    page = desk.person("carl@world.example")
    page.goto(f"/versions/{world['version']}/")
    page.get_by_role("button", name="Note at frame 31 by Rita Rossi").click()
    expect(page.locator("[data-frame-number]")).to_have_text("frame 31")
    expect(page.locator(".note[data-current]")).to_contain_text("The steam covers")


def test_the_picture_differs_between_frames(desk: Desk, world: dict[str, str]) -> None:
    page = clip(desk, world)
    pictures = set()
    for frame in (0, 60, 119):
        page.get_by_label("Position").fill(str(frame))
        shown_at(page)
        pictures.add(page.evaluate(SUM_OF_PICTURE))
    assert len(pictures) == 3


SUM_OF_PICTURE = """() => {
  const video = document.querySelector("video");
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 64, 36);
  return pen.getImageData(0, 0, 64, 36).data.reduce((sum, part, place) => (sum + part * (place % 251)) % 1e9, 0);
}"""
