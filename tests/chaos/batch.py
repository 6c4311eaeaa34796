"""A batch of episodes on one set of processes: the storm, the calm, the verdict."""

import contextlib
import heapq
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from pathlib import Path

from django.core.management import call_command
from django.db import DatabaseError, close_old_connections, connection

from assets.models import Attempt, Generation, Price, StrayTask
from assets.providers.standin.record import read_record
from kling_cms.invariants import check
from projects.crash_points import KILLED
from projects.deployment import safe_mode
from projects.invariants import MONEY
from tests.chaos.company import KIE, WEB, WORKS, Company
from tests.chaos.control import Control
from tests.chaos.nemesis import Nemesis
from tests.chaos.plan import STORM_SECONDS, Ask, plan_of
from tests.chaos.studio import MADE, REFUSED, Studio, found_studio
from tests.chaos.verdict import verdict
from tests.simulation.judge import Breach

PATIENCE = 120.0
MOST_TRIES = 8


@dataclass
class Batch:
    """All of it."""

    seeds: range
    folder: Path
    company: Company
    control: Control
    agenda: list[tuple[float, int, Callable[[], object]]] = field(default_factory=list)
    asking: dict[int, tuple[Studio, Ask, int]] = field(default_factory=dict)
    faults: Counter[str] = field(default_factory=Counter)
    breaches: list[Breach] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._order = count()
        self.nemesis = Nemesis(self.company, self.control, self.after, random.Random(f"nemesis {self.seeds[0]}"))

    def run(self) -> float:
        """Storm, calm, verdict; seconds from the end of the storm to rest."""
        begun = time.monotonic()
        self._prepare()
        storm = time.monotonic()
        self._work(until=storm + STORM_SECONDS)
        self.nemesis.calm_down()
        calm = time.monotonic()
        left = Generation.objects.unfinished().count()
        self._work(until=calm + PATIENCE, rest=True)
        rest = time.monotonic()
        self.company.stop()
        self._judge()
        told = f"start {storm - begun:.0f} s, calm {rest - calm:.0f} s for {left} takes, verdict"
        sys.stderr.write(f"# {told} {time.monotonic() - rest:.0f} s\n")
        return rest - calm

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Plan something, from now."""
        heapq.heappush(self.agenda, (time.monotonic() + seconds, next(self._order), act))

    def _prepare(self) -> None:
        self.control.crash.mkdir(parents=True)
        (self.folder / "kie").mkdir()
        self.company.start(KIE)
        call_command("migrate", verbosity=0, skip_checks=True)
        safe_mode()  # binds the database to this deployment, before anybody can call it a copy
        Price.objects.all().delete()
        self.company.start(WEB, *WORKS)
        self.studios = [found_studio(plan_of(seed)) for seed in self.seeds]
        self.company.wait_until_up()
        for studio in self.studios:
            self._plan(studio)
        self.after(1, self._people_look)

    def _plan(self, studio: Studio) -> None:
        for ask in studio.plan.asks:
            self.after(ask.at, partial(self._ask, studio, ask, 1))
        for blow in studio.plan.blows:
            self.after(blow.at, partial(self.nemesis.deal, blow))
        if studio.plan.cancel_at is not None:
            self.after(studio.plan.cancel_at, studio.cancel)

    def _work(self, until: float, *, rest: bool = False) -> None:
        while time.monotonic() < until and not (rest and self._at_rest()):
            while self.agenda and self.agenda[0][0] <= time.monotonic():
                _, _, act = heapq.heappop(self.agenda)
                with contextlib.suppress(DatabaseError):  # our own connection is cut now and then, too
                    act()
            self._hear_askers()
            self.company.raise_the_dead()
            time.sleep(0.05)

    def _at_rest(self) -> bool:
        with contextlib.suppress(DatabaseError):
            return not (self.asking or Generation.objects.unfinished().exists() or self._followed())
        return False

    def _followed(self) -> list[str]:
        """Tasks without a job that may still end; those that never will are followed for a day."""
        open_ones = StrayTask.objects.open().values_list("attempt__task_id", flat=True)
        record = read_record(self.folder / "kie" / "record.jsonl")
        return [one for one in open_ones if one not in record or "never" not in record[one].faults]

    def _ask(self, studio: Studio, ask: Ask, number: int) -> None:
        if ask.crash:
            self.control.set(f"ask-{ask.key}/{ask.crash}")
        self.asking[studio.ask(ask, self.control)] = studio, ask, number

    def _hear_askers(self) -> None:
        """What became of those who pressed the button; who wasn't told presses again."""
        for pid in list(self.asking):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if not ended:
                continue
            studio, ask, number = self.asking.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            if code == MADE:
                studio.promised[ask.key] = ask.takes
            elif code == KILLED:
                self.faults["asker killed"] += 1
                self.after(0.5, partial(self._ask, studio, replace(ask, crash=""), number))
            elif code != REFUSED and number < MOST_TRIES:
                self.faults["asker turned away"] += 1
                self.after(1, partial(self._ask, studio, ask, number + 1))
            elif code != REFUSED:
                self.breaches.append(Breach("broken", f"{ask.key}: could not ask, {code}"))

    def _people_look(self) -> None:
        """Once a second everybody looks whether something waits for them, and the money is counted."""
        self.after(1, self._people_look)
        close_old_connections()
        for finding in check(MONEY):
            self.breaches += [Breach("overspent", f"{finding.invariant.name}: {row}") for row in finding.rows]
        record = read_record(self.folder / "kie" / "record.jsonl")
        if self.studios[0].start_line():
            self.faults["line stopped"] += 1
        for studio in self.studios:
            self.faults["decided by a person"] += studio.settle(record)

    def _judge(self) -> None:
        connection.close()
        promised = {key: takes for studio in self.studios for key, takes in studio.promised.items()}
        logs = [self.folder / f"{name}.log" for name in (WEB, *WORKS)]
        state = self.folder / "kie"
        self.breaches += verdict(state, promised, logs)
        for task in read_record(state / "record.jsonl").values():
            self.faults.update(f"kie: {name}" for name in task.faults)
        self.faults += self.nemesis.dealt
        self.faults["attempts"] += Attempt.objects.count()
        self.faults["takes"] += Generation.objects.count()
