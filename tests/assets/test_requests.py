"""Whether a take can be made as asked."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from assets.models import AssetVersion
from assets.prompts import PROMPT_LIMIT, image_hints, prompt_hints, typed
from assets.requests import TakeRequest, problems
from tests.factories import AssetFactory

TODAY = date(2026, 11, 22)


def text(prompt: str = "A paper boat crosses a puddle", **changes: Any) -> TakeRequest:
    return replace(TakeRequest("text", prompt, 5, False, "16:9"), **changes)


def image_of(**fields: Any) -> AssetVersion:
    image = AssetFactory.create(**fields).current_version
    assert image is not None
    return image


def test_a_plain_prompt_can_be_made() -> None:
    assert problems(text(), TODAY) == []


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t"])
def test_an_empty_prompt_is_refused(prompt: str) -> None:
    assert "empty" in problems(text(prompt), TODAY)[0]


def test_a_thousand_emoji_fit() -> None:
    assert problems(text("🎈" * PROMPT_LIMIT), TODAY) == []


def test_one_more_is_refused_with_both_counts() -> None:
    found = problems(text("א" * (PROMPT_LIMIT + 1)), TODAY)
    assert "1,001" in found[0]
    assert "1,000" in found[0]


def test_nul_is_refused() -> None:
    assert "can't be sent" in problems(text("a\0b c"), TODAY)[0]


def test_other_lengths_and_ratios_are_refused() -> None:
    assert len(problems(text(seconds=7, aspect_ratio="4:3"), TODAY)) == 2


def test_an_unknown_route_is_refused() -> None:
    assert problems(text(route="sound"), TODAY)


def test_the_image_route_needs_an_image() -> None:
    assert "image" in problems(text(route="image", aspect_ratio=""), TODAY)[0]


@pytest.mark.django_db
def test_expired_rights_are_refused() -> None:
    wanted = text(route="image", aspect_ratio="", image=image_of(expires_on=date(2026, 11, 21)))
    assert "expired" in problems(wanted, TODAY)[0]


@pytest.mark.django_db
def test_an_image_of_another_type_or_too_big_is_refused() -> None:
    image = image_of()
    image.content_type, image.size = "image/webp", 11 * 1024 * 1024
    assert len(problems(text(route="image", aspect_ratio="", image=image), TODAY)) == 2


def test_line_breaks_of_a_form_count_as_typed() -> None:
    assert typed("one\r\ntwo\rthree\n") == "one\ntwo\nthree\n"


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("x" * 1001 + " boat crosses puddle", "too_long"),
        ("sunset", "no_subject"),
        ("A sign that says hello in the wind", "text_on_screen"),
        ("A neon board, “Open late”, in the rain", "text_on_screen"),
    ],
)
def test_hints_of_a_prompt(prompt: str, code: str) -> None:
    assert code in [hint.code for hint in prompt_hints(prompt)]


@pytest.mark.parametrize("prompt", ["A paper boat crosses a puddle at dawn", "She reads a book and says goodbye"])
def test_a_good_prompt_gets_no_hint(prompt: str) -> None:
    assert prompt_hints(prompt) == []


@pytest.mark.django_db
def test_hints_of_a_small_long_image_soon_without_rights() -> None:
    image = image_of(expires_on=date(2026, 11, 25))
    image.width, image.height = 900, 200
    codes = [hint.code for hint in image_hints(image, "1:1", TODAY)]
    assert codes == ["rights_soon", "image_size", "image_ratio", "ratio"]
