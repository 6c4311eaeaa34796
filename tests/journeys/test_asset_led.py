"""Asset-led, from an upload to an opened zip: a picture begins to move, and a frame of the clip begins the next."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageStat
from playwright.sync_api import Page, expect

from assets.media.probe import frame_image
from tests.journeys import steps
from tests.live.people import Desk

pytestmark = [pytest.mark.postgres]
FRAME = 47
PROMPT = "Steam rises slowly from the cup, morning sun moves over the counter, static camera"


def draw_cup(path: Path) -> Image.Image:
    """A picture nobody takes for another one."""
    picture = Image.new("RGB", (1280, 720), (28, 52, 96))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 480, 1280, 720), fill=(120, 76, 44))
    draw.ellipse((440, 180, 840, 640), fill=(238, 226, 200))
    draw.ellipse((500, 230, 780, 330), fill=(70, 34, 20))
    picture.save(path)
    return picture


def difference(one: Image.Image, other: Image.Image) -> float:
    """How far two pictures are apart, 0 to 255 on average, seen from a distance."""
    small = (64, 36)
    apart = ImageChops.difference(one.convert("RGB").resize(small), other.convert("RGB").resize(small))
    return sum(ImageStat.Stat(apart).mean) / 3


def upload(carl: Page, folder: Path) -> Image.Image:
    """Two files by the picker: a picture, and a drawing that gets a sentence and nothing else."""
    cup = draw_cup(folder / "cup.png")
    (folder / "logo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
    carl.goto("/library/")
    carl.get_by_label("Choose files").set_input_files([folder / "cup.png", folder / "logo.svg"])
    told = carl.locator("[data-upload-list] > li")
    expect(told.filter(has_text="cup.png")).to_contain_text("is stored: 1280 × 720")
    expect(told.filter(has_text="logo.svg")).to_contain_text("This is an SVG drawing, which can carry scripts.")
    expect(carl.locator("#assets").get_by_role("article")).to_have_count(1)
    return cup


def compose(carl: Page, image: str) -> None:
    """One take of an image; the button says what is missing until everything is there."""
    expect(carl.locator("[data-price-reason]")).to_have_text("Choose the image first.")
    carl.get_by_role("radio", name=image).check()
    expect(carl.locator("[data-price-reason]")).to_have_text("Write the prompt first.")
    steps.prompt(carl).fill(PROMPT)
    carl.get_by_role("group", name="Takes").get_by_text("1", exact=True).click()
    expect(steps.price_button(carl)).to_have_text("Generate 1 take·55 credits")
    steps.price_button(carl).click()
    steps.see_ready(carl, 1)


def open_clip(carl: Page, number: int, folder: Path) -> Path:
    """Open a take's clip and take the file home."""
    steps.take(carl, number).get_by_role("link", name=f"Take {number}", exact=True).click()
    with carl.expect_download() as started:
        carl.get_by_role("link", name="Download").click()
    path = folder / f"take-{number}.mp4"
    started.value.save_as(path)
    return path


def start_from_frame(carl: Page) -> None:
    """The frame the player shows becomes an asset that the composer starts from; one more take."""
    steps.go_to_frame(carl, FRAME)
    expect(carl.get_by_role("spinbutton", name="Frame")).to_have_value(str(FRAME))
    carl.get_by_role("button", name="Start from this frame").click()
    expect(carl.get_by_role("radio", name="Opening, 00:00:01:23")).to_be_checked()
    steps.prompt(carl).fill(f"{PROMPT}, a hand takes it away")
    carl.get_by_role("group", name="Takes").get_by_text("1", exact=True).click()
    steps.price_button(carl).click()
    steps.see_ready(carl, 2)


def test_from_an_upload_to_an_opened_zip(desk: Desk, tmp_path: Path) -> None:
    desk.complaints.expect(r"422: POST \S+/library/upload/")
    before = desk.product.standin.balance
    team = steps.gather_team(
        desk, "Harbour Studio", "asset.example", 500, pat="Producer", carl="Creator", rita="Reviewer"
    )
    pat, carl, rita = team["pat"], team["carl"], team["rita"]
    project = steps.create_project(pat, "Cup on the counter", "Demo clip", ["The cup is ours"])
    cup = upload(carl, tmp_path)
    steps.plan_shot(carl, project, "Opening")
    compose(carl, "cup")
    first = open_clip(carl, 1, tmp_path)
    assert difference(frame_image(first, 0), cup) < 8
    start_from_frame(carl)
    second = open_clip(carl, 2, tmp_path)
    assert difference(frame_image(second, 0), frame_image(first, FRAME)) < 8
    assert difference(frame_image(second, 0), cup) > difference(frame_image(first, 0), cup)

    carl.get_by_role("link", name="All takes").click()
    steps.select(carl, 2, version=1)
    rita.goto(steps.ask(carl, "Rita Rossi"))
    rita.get_by_role("button", name="Approve").click()
    expect(rita.locator(".decision-bar")).to_contain_text("over: approved")
    steps.deliver(pat, project, "Cup, final")
    (clip,) = steps.open_zip(steps.download(pat, tmp_path))["clips"]
    assert (clip["route"], clip["take"]) == ("image", 2)
    assert [each["name"] for each in clip["inputs"]] == ["Opening, 00:00:01:23"]
    assert steps.charged(pat) == before - desk.product.standin.balance == 110
