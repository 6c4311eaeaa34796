"""The verdict of a round, from values to a value. No database here.

A round is approved as soon as `needed` of the people asked approve. One request for changes (or rejection) ends it:
whoever made the clip should hear of it now, and a new round costs nothing.
"""

from collections.abc import Iterable
from enum import StrEnum

from reviews.models.round import Verdict


class Ruling(StrEnum):
    """What the standing decisions come to."""

    OPEN = "open"
    APPROVED = "approved"
    CHANGES_WANTED = "changes_wanted"


def ruling(*, needed: int, verdicts: Iterable[str]) -> Ruling:
    """Judge a round by the current decision of each person (`Verdict` values)."""
    given = list(verdicts)
    if any(verdict != Verdict.APPROVE for verdict in given):
        return Ruling.CHANGES_WANTED
    return Ruling.APPROVED if len(given) >= needed else Ruling.OPEN


def in_words(*, needed: int, asked: int, approvals: int) -> str:
    """The policy and where it stands, for the decision bar: “1 of 2 approvals; 3 people asked”."""
    if needed == asked == 1:
        return "Approved" if approvals else "One approval needed"
    people = "everybody asked must approve" if needed == asked else f"{asked} people asked"
    return f"{approvals} of {needed} approval{'' if needed == 1 else 's'}; {people}"
