"""Judging and handing over: rounds, notes, decisions, packages."""

from reviews.models.note import Note, NoteAnswer
from reviews.models.package import Download, Package, PackageItem
from reviews.models.round import Decision, Round, RoundState, Seat, Verdict

__all__ = [
    "Decision",
    "Download",
    "Note",
    "NoteAnswer",
    "Package",
    "PackageItem",
    "Round",
    "RoundState",
    "Seat",
    "Verdict",
]
