"""Filters that every page uses: money, time, frames."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from projects.templatetags.house import ago, credits, due, duration, number, pill, timecode, usd

RATE = Decimal("0.005")


@pytest.mark.parametrize(
    ("amount", "words"),
    [(0, "0 credits"), (1, "1 credit"), (Decimal("27.50"), "27.5 credits"), (Decimal("1204.25"), "1,204.25 credits")],
)
def test_credits_are_never_rounded(amount: Decimal, words: str) -> None:
    assert credits(amount) == words


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (110, "USD 0.55"),
        (55, "USD 0.275"),
        (Decimal("27.50"), "USD 0.1375"),
        (0, "USD 0.00"),
        (2_000_000, "USD 10,000.00"),
    ],
)
def test_usd_hides_no_fraction_of_a_cent(amount: Decimal, words: str) -> None:
    assert usd(amount, RATE) == words


def test_an_unknown_amount_is_a_dash() -> None:
    assert (credits(None), number(None), usd(None, RATE)) == ("–", "–", "–")


@pytest.mark.parametrize(
    ("frame", "fps", "text"),
    [(0, 24, "00:00:00:00"), (83, 24, "00:00:03:11"), (24, 24, "00:00:01:00"), (90_000, Decimal("25"), "01:00:00:00")],
)
def test_a_frame_has_its_timecode(frame: int, fps: Decimal, text: str) -> None:
    assert timecode(frame, fps) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (48, "48 s"), (185, "3 min 5 s"), (7800, "2 h 10 min"), (356_400, "4 d 3 h")]
)
def test_a_duration_has_at_most_two_units(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_a_deadline_turns_amber_within_a_day_and_red_after() -> None:
    now = timezone.now()
    assert "due-soon" in str(due(now + timedelta(hours=3)))
    assert "due-late" in str(due(now - timedelta(hours=3)))


def test_a_past_moment_is_relative_with_the_exact_time_on_hover() -> None:
    text = str(ago(timezone.now() - timedelta(hours=2)))
    assert "2 h ago" in text
    assert "title=" in text


def test_a_state_shows_icon_and_word() -> None:
    assert "<svg" in pill("failed")
    assert "Failed" in pill("failed")
