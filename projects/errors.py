"""Refusals in words for people."""


class Refused(Exception):
    """An action was asked for and not done; nothing changed. `str(error)` says what happened and what to do."""
