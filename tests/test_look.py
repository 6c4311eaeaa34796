"""The look: contrast of the tokens in both themes, the head's links, and what the template tags draw."""

import math
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client

from kling_cms.templatetags.look import (
    SCRIPTS,
    STYLESHEETS,
    avatar,
    browser,
    budget_shares,
    codepoints,
    percent_of,
    scripts,
)
from projects.models import User

STATES = ("good", "warn", "bad", "info")
GROUNDS = ("canvas", "surface", "raised", "sunken", "hover")
TEXT_PAIRS = [
    *((ink, ground) for ink in ("text", "muted", "accent-text", *STATES) for ground in GROUNDS),
    *((state, f"{state}-soft") for state in STATES),
    *((ink, f"{state}-soft") for ink in ("text", "muted") for state in (*STATES, "idle", "accent")),
    *(("on-accent", ground) for ground in ("accent", "accent-hover")),
    *(("on-stage", ground) for ground in ("stage", "stage-edge")),
    ("accent-text", "accent-soft"),
    ("on-stage-muted", "stage"),
]
SHAPE_PAIRS = [
    *((line, ground) for line in ("line-strong", "focus") for ground in ("canvas", "surface", "raised")),
    *((f"fill-{fill}", "surface") for fill in ("good", "warn", "bad", "accent")),
]


def css(name: str) -> str:
    path = finders.find(f"kling_cms/css/{name}.css")
    assert isinstance(path, str)
    return Path(path).read_text()


def colours() -> dict[str, tuple[str, str]]:
    """Each opaque token with its light and its dark value."""
    text = css("tokens")
    both = re.findall(r"--([\w-]+): light-dark\(oklch\(([^)/]+)\), oklch\(([^)/]+)\)\)", text)
    same = re.findall(r"--([\w-]+): oklch\(([^)/]+)\);", text)
    return {name: (light, dark) for name, light, dark in both} | {name: (one, one) for name, one in same}


def luminance(oklch: str) -> float:
    """Relative luminance of `L C H`, by way of OKLab and linear sRGB."""
    light, chroma, hue = (float(part) for part in oklch.split())
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    clipped = [min(max(channel, 0.0), 1.0) for channel in (red, green, blue)]
    return 0.2126 * clipped[0] + 0.7152 * clipped[1] + 0.0722 * clipped[2]


def contrast(ink: str, ground: str, theme: int) -> float:
    values = colours()
    lower, higher = sorted(luminance(values[name][theme]) for name in (ink, ground))
    return (higher + 0.05) / (lower + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_passes_four_and_a_half_to_one_on_its_ground(theme: int) -> None:
    weak = [(ink, ground) for ink, ground in TEXT_PAIRS if contrast(ink, ground, theme) < 4.5]
    assert weak == []


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_edges_and_fills_pass_three_to_one(theme: int) -> None:
    weak = [(shape, ground) for shape, ground in SHAPE_PAIRS if contrast(shape, ground, theme) < 3]
    assert weak == []


def test_only_the_tokens_name_colours() -> None:
    named = re.compile(r"oklch\(\d|#[0-9a-fA-F]{3,8}\b|rgba?\(|hsla?\(")
    assert [name for name in STYLESHEETS if name != "tokens" and named.search(css(name))] == ["avatar"]


def test_every_linked_file_exists() -> None:
    wanted = [f"css/{name}.css" for name in STYLESHEETS] + [f"js/{name}.js" for name in SCRIPTS]
    assert [name for name in wanted if not finders.find(f"kling_cms/{name}")] == []


def test_scripts_are_modules_from_our_own_address() -> None:
    assert scripts().count('<script type="module" src="/static/kling_cms/js/') == len(SCRIPTS)


def test_the_bar_shows_settled_held_and_free() -> None:
    share = budget_shares(Decimal("412.5"), Decimal(110), Decimal(1000))
    assert (share.settled, share.held, share.free) == ("41.25", "11.00", Decimal("477.5"))


@pytest.mark.parametrize(("used", "role"), [(799, ""), (800, "warn"), (949, "warn"), (950, "bad"), (1200, "bad")])
def test_the_bar_turns_amber_from_80_and_red_from_95_per_cent(used: int, role: str) -> None:
    assert budget_shares(used, 0, 1000).role == role


def test_more_than_the_limit_puts_a_tick_at_the_limit() -> None:
    share = budget_shares(Decimal(1200), Decimal(50), Decimal(1000))
    assert (share.tick, share.free) == ("80.00", Decimal(-250))


def test_a_budget_without_a_limit_has_a_bar_too() -> None:
    share = budget_shares(Decimal(75), Decimal(25), None)
    assert (share.settled, share.held, share.role) == ("75.00", "25.00", "")


def test_a_limit_of_nothing_does_not_divide_by_it() -> None:
    assert budget_shares(0, 0, 0).used == 0
    assert budget_shares(5, 0, 0).role == "bad"


def test_a_share_stays_between_nothing_and_all() -> None:
    assert [percent_of(*pair) for pair in [(1, 3), (7, 3), (-1, 3), (1, 0), (None, 5)]] == [
        "33.33",
        "100.00",
        "0.00",
        "0",
        "0",
    ]


def test_an_emoji_of_three_code_points_counts_three() -> None:
    assert codepoints("👩‍🚀") == 3
    assert codepoints(None) == 0


def test_initials_of_a_deactivated_person_are_greyed_and_escaped() -> None:
    drawn = avatar(User(name="<b> Bold", email="b@example.com", is_active=False))
    assert "avatar-off" in drawn
    assert "<b>" not in drawn


def test_a_browser_is_named_as_people_call_it() -> None:
    assert browser("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0") == "Firefox on Linux"
    assert browser("curl/8.1") == "curl/8.1"
    assert browser("") == "Unknown browser"


def test_the_page_for_our_own_failures_needs_no_request() -> None:
    assert "Something broke on our side" in render_to_string("500.html")


def test_a_stale_form_gets_a_sentence_in_the_products_look() -> None:
    answer = Client(enforce_csrf_checks=True).post("/accounts/login/")
    assert answer.status_code == 403
    assert b"The form was open too long" in answer.content
