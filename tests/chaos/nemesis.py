"""Deals the blows of a plan, and makes them good again when their time is up."""

import contextlib
import os
import random
import signal
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.db import connection

from tests.chaos.company import KIE, WORKS, Company
from tests.chaos.control import Control
from tests.chaos.plan import Blow

type Later = Callable[[float, Callable[[], None]], None]
CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


@dataclass
class Nemesis:
    """`later(seconds, act)` plans what puts things right again. `dealt` counts what really happened."""

    company: Company
    control: Control
    later: Later
    rng: random.Random
    dealt: Counter[str] = field(default_factory=Counter)
    stopped: set[int] = field(default_factory=set)

    def deal(self, blow: Blow) -> None:
        """One blow."""
        verb, _, object_ = blow.kind.partition(" ")
        deal: dict[str, Callable[[], bool]] = {
            "crash": lambda: self._arm(blow.what, blow.seconds),
            "kill": lambda: self._kill(object_),
            "stop": lambda: self._stop(object_, blow.seconds),
            "kie": lambda: self._strike(KIE),
            "provider": lambda: self._storm(blow.what),
            "database": lambda: self._cut(blow.seconds / 2),
            "clock": lambda: self._wrong(f"clock-{self.rng.choice(WORKS)}", blow.what, 2 * blow.seconds),
        }
        if deal.get(verb, lambda: self._wrong(blow.kind, "", blow.seconds))():
            self.dealt[f"{blow.kind} {blow.what}" if verb == "provider" else blow.kind] += 1

    def calm_down(self) -> None:
        """Everything that is still wrong is put right."""
        for pid in list(self.stopped):
            self._go_on(pid)
        for name in [file.name for file in self.control.folder.iterdir() if file.is_file()]:
            if name.startswith(("storage", "clock")):
                self.control.clear(name)
        for file in list(self.control.crash.iterdir()):
            self._disarm(file.name)
        self.company.tell_kie([])

    def _arm(self, point: str, seconds: float) -> bool:
        # Only for a while: points that waited for ever would let nobody get as far as the later ones.
        self.control.set(f"crash/{point}")
        self.later(seconds, lambda: self._disarm(point))
        return True

    def _disarm(self, point: str) -> None:
        if self.control.clear(f"crash/{point}"):
            self.dealt["crash"] -= 1  # nobody passed

    def _kill(self, role: str) -> bool:
        if role in ("worker", "cluster"):
            pid = self.company.pick(role, self.rng)
            return pid is not None and _signal(pid, signal.SIGKILL)
        return self._strike(self._part(role))

    def _strike(self, part: str) -> bool:
        self.company.strike(part)
        return True

    def _part(self, role: str) -> str:
        return self.rng.choice(WORKS) if role == "work" else role

    def _stop(self, role: str, seconds: float) -> bool:
        pid = self.company.pick(self._part(role), self.rng)
        if pid is None or not _signal(pid, signal.SIGSTOP):
            return False
        self.stopped.add(pid)
        self.later(seconds, lambda: self._go_on(pid))
        return True

    def _go_on(self, pid: int) -> None:
        self.stopped.discard(pid)
        _signal(pid, signal.SIGCONT)

    def _storm(self, fault: str) -> bool:
        self.company.tell_kie([fault])
        return True

    def _wrong(self, name: str, value: str, seconds: float) -> bool:
        self.control.set(name, value)
        self.later(seconds, lambda: self._right(name))
        return True

    def _right(self, name: str) -> None:
        self.control.clear(name)

    def _cut(self, seconds: float) -> bool:
        """Connections are cut; SQLite has none, so its one lock is held for longer than others wait for it."""
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(CUT)
        else:
            file = str(connection.settings_dict["NAME"])
            threading.Thread(target=hold_lock, args=(file, seconds), daemon=True).start()
        return True


def hold_lock(file: str, seconds: float) -> None:
    """Keep everybody else from writing."""
    with contextlib.closing(sqlite3.connect(file, timeout=20, isolation_level=None)) as rival:
        rival.execute("BEGIN IMMEDIATE")
        time.sleep(seconds)
        rival.execute("ROLLBACK")


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True
