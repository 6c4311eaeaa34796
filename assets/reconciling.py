"""Kie's balance against our ledger. Pure: readings and sums of a window go in, named amounts come out, all in credits.

Kie takes a task's credits at some moment between its create and its end, and nobody says at which; the ledger books
them when we have seen the end. So what is in flight at either end of a window may stand in one book and not yet in the
other, up to its own sum: that much is explained. The rest is drift, and it is always on the side that costs money.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Window:
    """What the ledger and the jobs say of a window.

    `booked`: charges that the ledger booked in it. `ended`: jobs sent before it and over within it. `flying`: jobs sent
    and not over at its end. `uncharged`: jobs that ended in it and cost nothing, which Kie may have taken and returned.
    """

    booked: Decimal
    ended: Decimal = NOTHING
    flying: Decimal = NOTHING
    uncharged: Decimal = NOTHING


@dataclass(frozen=True, slots=True)
class Comparison:
    """`before - after = booked + in_flight + drift - topped_up`; drift and top-ups are never negative."""

    before: Decimal
    after: Decimal
    booked: Decimal
    in_flight: Decimal
    topped_up: Decimal
    drift: Decimal


def compare(readings: Iterable[Decimal], window: Window) -> Comparison:
    """Name what moved the balance: `readings` from the first moment of the window to its last, at least one.

    Every reading counts, not the two at the ends, so that a top-up at noon doesn't hide what was lost in the morning.
    """
    before, after, taken, given = _ways(readings)
    returned = min(given, window.uncharged)
    topped_up = given - returned
    unbooked = taken - returned - window.booked
    in_flight = min(max(unbooked, -window.ended), window.flying)
    rest = unbooked - in_flight
    # Less was taken than we booked: money came in while the account was not looked at, or Kie gave some back.
    return Comparison(before, after, window.booked, in_flight, topped_up + max(-rest, NOTHING), max(rest, NOTHING))


def _ways(readings: Iterable[Decimal]) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """The first and the last reading, all steps down and all steps up."""
    steps = iter(readings)
    before = after = next(steps)
    taken = given = NOTHING
    for reading in steps:
        taken += max(after - reading, NOTHING)
        given += max(reading - after, NOTHING)
        after = reading
    return before, after, taken, given
