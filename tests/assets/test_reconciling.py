"""What moved the balance gets its name: booked, in flight, topped up or drift."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.reconciling import Comparison, Window, compare

amounts = st.decimals(0, 1000, places=2)


def compared(readings: list[int], **window: int) -> tuple[object, ...]:
    """In flight, topped up, drift."""
    found = compare(map(Decimal, readings), Window(**{name: Decimal(sum_) for name, sum_ in window.items()}))
    return found.in_flight, found.topped_up, found.drift


@pytest.mark.parametrize(
    ("readings", "window", "flight", "topped_up", "drift"),
    [
        # nothing happened; one reading only
        ([100, 100], {"booked": 0}, 0, 0, 0),
        ([100], {"booked": 0}, 0, 0, 0),
        # booked what was taken, at once or in steps
        ([1000, 945], {"booked": 55}, 0, 0, 0),
        ([1000, 945, 890], {"booked": 110}, 0, 0, 0),
        # taken, and nobody knows for what
        ([1000, 890], {"booked": 55}, 0, 0, 55),
        ([1000, 999], {"booked": 0}, 0, 0, 1),
        # taken at create, not over yet: explained, up to what flies
        ([1000, 945], {"booked": 0, "flying": 55}, 55, 0, 0),
        ([1000, 890], {"booked": 0, "flying": 55}, 55, 0, 55),
        # not taken yet, Kie takes at the end: explained as well
        ([1000, 1000], {"booked": 0, "flying": 55}, 0, 0, 0),
        # taken before the window, over and booked within it
        ([1000, 1000], {"booked": 55, "ended": 55}, -55, 0, 0),
        ([1000, 945], {"booked": 55, "ended": 55}, 0, 0, 0),
        # one of each: the one at the end was taken, the one at the beginning was booked
        ([1000, 945], {"booked": 55, "ended": 55, "flying": 55}, 0, 0, 0),
        # taken and given back within the window, for a task that failed
        ([1000, 945, 1000], {"booked": 0, "uncharged": 55}, 0, 0, 0),
        ([1000, 945, 1000], {"booked": 0}, 0, 55, 55),
        # taken before the window, given back within it
        ([945, 1000], {"booked": 0, "ended": 55, "uncharged": 55}, -55, 0, 0),
        # topped up: no error, and no cover for what was lost before
        ([100, 5100], {"booked": 0}, 0, 5000, 0),
        ([100, 45, 5045], {"booked": 55}, 0, 5000, 0),
        ([100, 45, 5045], {"booked": 0}, 0, 5000, 55),
        # topped up and spent between two readings: less came than was paid in, and that is all anybody can know
        ([100, 5045], {"booked": 55}, 0, 5000, 0),
        # booked more than was taken
        ([1000, 1000], {"booked": 55}, 0, 55, 0),
    ],
)
def test_each_credit_gets_its_name(
    readings: list[int], window: dict[str, int], flight: int, topped_up: int, drift: int
) -> None:
    assert compared(readings, **window) == (flight, topped_up, drift)


@given(st.lists(amounts, min_size=1, max_size=8), amounts, amounts, amounts, amounts)
def test_nothing_is_left_over(
    readings: list[Decimal], booked: Decimal, ended: Decimal, flying: Decimal, uncharged: Decimal
) -> None:
    found: Comparison = compare(readings, Window(booked, ended, flying, uncharged))
    assert found.before - found.after == found.booked + found.in_flight + found.drift - found.topped_up
    assert found.drift >= 0 <= found.topped_up
    assert -ended <= found.in_flight <= flying


@given(st.lists(st.tuples(amounts, st.booleans()), max_size=20))
def test_an_honest_provider_never_drifts(tasks: list[tuple[Decimal, bool]]) -> None:
    """Each task is taken at once and booked, or still under way at the end."""
    readings = [Decimal(100_000)]
    for price, _ in tasks:
        readings.append(readings[-1] - price)
    booked = sum((price for price, over in tasks if over), Decimal(0))
    flying = sum((price for price, over in tasks if not over), Decimal(0))
    found = compare(readings, Window(booked, flying=flying))
    assert (found.in_flight, found.topped_up + found.drift) == (flying, Decimal(0))


@given(st.lists(amounts, max_size=10), st.decimals("0.01", 1000, places=2))
def test_what_nobody_booked_is_drift(prices: list[Decimal], stray: Decimal) -> None:
    readings = [Decimal(100_000)]
    for price in [*prices, stray]:
        readings.append(readings[-1] - price)
    assert compare(readings, Window(sum(prices, Decimal(0)))).drift == stray
