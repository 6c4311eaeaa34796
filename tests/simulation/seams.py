"""Where a worker can be cut: before any SQL statement, call of the provider, or touch of the storage."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from django.db import connection


class Crash(BaseException):
    """The process is gone: nothing of it may be caught, its transaction rolls back, its memory is forgotten."""


@dataclass
class Seams:
    """Counts what passes; at the chosen place it crashes the worker, or lets others work while this one stands still.

    `others` is called between two statements of a worker that holds no transaction.
    """

    rng: Random
    others: Callable[[], None]
    stormy: bool = False
    muted: bool = False
    left: int = 0  # passes until the crash; 0: none is planned
    depth: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Django's wrapper around every statement."""
        # Between two transactions is where standing still shows.
        self.pass_by(0.15 if sql.startswith("BEGIN") else 0.02)
        return execute(sql, params, many, context)

    def pass_by(self, chance: float = 0.02) -> None:
        """One seam; `chance` is how often a worker stands still here."""
        if self.muted or not self.depth:
            return
        if self.left:
            self.left -= 1
            if not self.left:
                raise Crash
        if self.stormy and self.depth < 3 and not connection.in_atomic_block and self.rng.random() < chance:
            self.others()

    def perform(self, act: Callable[[], object]) -> bool:
        """Run one piece of work, maybe to a crash in the middle; False then."""
        outer, self.left = self.left, 0
        if self.stormy and self.rng.random() < 0.12:
            self.left = 1 + int(self.rng.expovariate(1 / 18))
        self.depth += 1
        try:
            act()
            self.pass_by()
        except Crash:
            return False
        finally:
            self.depth -= 1
            self.left = outer
        return True
