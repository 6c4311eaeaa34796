"""One episode: a storm of faults, then calm, until everything has come to rest."""

from __future__ import annotations

import heapq
import logging
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from typing import Any
from unittest import mock

import time_machine
from django.conf import settings
from django.core.files.storage import storages
from django.db import connection
from django.test import override_settings
from django.utils import timezone
from django.utils.module_loading import import_string

from assets.models import LineStop
from assets.pipeline import sweep
from projects.deployment import safe_mode
from tests.simulation.callbacks import Knocks
from tests.simulation.judge import Breach, judge
from tests.simulation.kie import SimKie
from tests.simulation.looks import due_after, look_at
from tests.simulation.outside import Post, ResultHost
from tests.simulation.people import People
from tests.simulation.seams import Seams
from tests.simulation.studio import BEGIN, Studio, sweep_away

PATIENCE = timedelta(hours=30)  # of virtual time, for everything to come to rest
MOST_EVENTS = 4000
# Between two ticks; one that found nothing to do trebles it: mostly there is nothing until something else happens.
TICK, LONGEST_TICK = timedelta(seconds=1), timedelta(seconds=60)
KIE_USERS = ("account", "fetch", "poll", "submit", "unknown")


@dataclass(frozen=True)
class Outcome:
    """What an episode came to. `settled` is virtual seconds from the last fault to rest."""

    seed: int
    breaches: list[Breach]
    faults: Counter[str]
    settled: float
    trace: list[str]


@dataclass
class Episode:
    """Everything of one seed."""

    seed: int
    studio: Studio
    clock: Any
    rng: random.Random = field(init=False)
    agenda: list[tuple[datetime, int, str, Callable[[], object]]] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    events: int = 0
    pause: timedelta = TICK

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self._order = count()
        self.seams = Seams(self.rng, self._others_work, stormy=True)
        self.kie = SimKie(self.rng, self.seams.pass_by, self._time_passes, self._knock)
        self.host = ResultHost(self.rng, self.kie, self.seams.pass_by)
        self.post = Post(self.rng, self._deliver)
        self.people = People(self.rng, self.studio, self.kie)
        self.knocks = Knocks(self.rng, self.kie)

    def run(self) -> Outcome:
        """The storm, the calm, the verdict."""
        sweep_away(self.studio, monthly_limit=self.rng.choice((10_000, 10_000, 165, 55)))
        self._plan_people()
        storm_ends = timezone.now() + timedelta(seconds=self.rng.uniform(60, 1500))
        self._work_until(storm_ends)
        self._calm_down()
        begun = timezone.now()
        self._work_until(begun + PATIENCE, rest=True)
        settled = (timezone.now() - begun).total_seconds()
        self.seams.muted = True
        breaches = [*judge(self.kie, self.people.promised), *(Breach("broken", text) for text in self.errors)]
        for part in (self.kie, self.host, self.post):
            self.faults += part.faults
        return Outcome(self.seed, breaches, self.faults, settled, self.trace)

    def at(self, seconds: float, name: str, act: Callable[[], object]) -> None:
        """Plan something."""
        heapq.heappush(self.agenda, (timezone.now() + timedelta(seconds=seconds), next(self._order), name, act))

    def _plan_people(self) -> None:
        for number in range(self.rng.choice((1, 1, 2, 3))):
            key, takes, when = f"s{self.seed}k{number}", self.rng.choice((1, 1, 2, 4)), self.rng.uniform(0, 60)
            for _ in range(self.rng.choice((1, 1, 2))):
                self.at(when + self.rng.uniform(0, 3), f"ask {key}", partial(self.people.ask, key, takes))
        if self.rng.random() < 0.3:
            self.at(self.rng.uniform(0, 70), "cancel", self.people.cancel)
        self.at(self.rng.uniform(200, 900), "settle", self.people.settle)
        self.at(60, "tidy", self._tidy)

    def _tidy(self) -> None:
        sweep.tidy()
        if (self.kie.stormy and not self._at_rest()) or LineStop.objects.open().exists():
            self.at(240, "tidy", self._tidy)

    def _calm_down(self) -> None:
        for part in (self.seams, self.kie, self.host, self.post, self.knocks):
            part.stormy = False
        self._settle_in_calm()
        self.at(1, "tidy", self._tidy)

    def _settle_in_calm(self) -> None:
        """Alice looks in every minute until nothing is left."""
        self.people.settle()
        if look_at("unfinished"):
            self.at(60, "settle", self._settle_in_calm)

    def _work_until(self, end: datetime, *, rest: bool = False) -> None:
        while self.events < MOST_EVENTS:
            when = self._next_moment()
            if when is None or when > end or (rest and self._at_rest()):
                if not rest and when is not None:
                    self._to(end)
                return
            self._to(when)
            self._due_now()

    def _at_rest(self) -> bool:
        """Nothing left to do, and nobody who could come with something: ticks find nothing then."""
        return not any(name.startswith(("ask", "knock")) for _, _, name, _ in self.agenda) and not look_at("unfinished")

    def _next_moment(self) -> datetime | None:
        """The next thing planned, or the next tick of the metronome that finds something due."""
        now, due = timezone.now(), due_after()
        if due and due <= now:  # a tick has seen it already, so it is tried again now and then
            due = min(now + self.pause, due_after(now) or now + self.pause)
        tick = max(due, now + TICK) if due else None
        planned = self.agenda[0][0] if self.agenda else None
        return min((moment for moment in (tick, planned) if moment), default=None)

    def _tick(self) -> None:
        """The metronome, where it would find something."""
        due = due_after()
        if due and due <= timezone.now():
            self._perform("sweep", self._sweep)

    def _sweep(self) -> None:
        self.pause = TICK if sweep.sweep().jobs else min(3 * self.pause, LONGEST_TICK)

    def _due_now(self) -> None:
        while self.agenda and self.agenda[0][0] <= timezone.now() and self.events < MOST_EVENTS:
            self._next_event()
        self._tick()

    def _next_event(self) -> None:
        _, _, name, act = heapq.heappop(self.agenda)
        self.pause = TICK
        self._perform(name, act)

    def _perform(self, name: str, act: Callable[[], object]) -> None:
        self.events += 1
        self.trace.append(f"{timezone.now():%H:%M:%S.%f} {name}")
        try:
            done = self.seams.perform(act)
        except Exception as error:
            self.errors.append(f"{name}: {error!r}")
            return
        if not done:
            self.trace.append(f"{timezone.now():%H:%M:%S.%f} crash in {name}")
            self.faults["crash"] += 1
            if name.startswith("assets.tasks") and self.rng.random() < 0.5:  # the broker's lock runs out in the end
                self.at(450, name, act)

    def _deliver(self, delay: float, task: str, key: str) -> None:
        self.at(delay, f"{task} {key[:8]}", lambda: import_string(task)(key))

    def _knock(self, task: Any, kind: str) -> None:
        for delay, name, act in self.knocks.plan(task, kind):
            self.at(delay, f"knock {name}", act)

    def _others_work(self) -> None:
        """One worker stands still, for a moment or for long; the others go on meanwhile."""
        if self.rng.random() < 0.3:
            self.faults["stopped"] += 1
            self._time_passes(self.rng.choice((2, 20, 70, 130, 200)))
        elif self.agenda and self.events < MOST_EVENTS:
            self.faults["interleaved"] += 1
            when = self.agenda[0][0]
            if when - timezone.now() < timedelta(seconds=20):
                self._to(when)
                self._next_event()

    def _time_passes(self, seconds: float) -> None:
        """So much time, in which the others do what becomes due."""
        end = timezone.now() + timedelta(seconds=seconds)
        while self.seams.depth < 3 and self.events < MOST_EVENTS:
            when = self._next_moment()
            if when is None or when > end:
                break
            self._to(when)
            self._due_now()
        self._to(end)

    def _to(self, when: datetime) -> None:
        if when > timezone.now():
            self.clock.move_to(when)


@contextmanager
def chance_of(seed: int) -> Iterator[None]:
    """Keys and tokens come from the seed too, or orders by key would differ from run to run."""
    dice = random.Random(f"keys of {seed}")
    with (
        mock.patch.object(os, "urandom", dice.randbytes),
        mock.patch.object(random, "_urandom", dice.randbytes, create=True),
    ):
        yield


def run_episode(seed: int, studio: Studio) -> Outcome:
    """The whole episode of a seed."""
    with ExitStack() as stack:
        stack.enter_context(_settings(seed))
        safe_mode()  # binds the database to this deployment: once, so it must not be a step of the first episode
        # Names of temporary folders come from a generator of their own.
        stack.enter_context(
            mock.patch.object(tempfile, "_get_candidate_names", return_value=map(str, count(seed * 10_000)))
        )
        stack.enter_context(chance_of(seed))
        stack.enter_context(_silence())
        clock = stack.enter_context(time_machine.travel(BEGIN, tick=False))
        episode = Episode(seed, studio, clock)
        _replace(stack, episode)
        stack.enter_context(connection.execute_wrapper(episode.seams))
        return episode.run()


@contextmanager
def _silence() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def _settings(seed: int) -> override_settings:
    storage = {**settings.STORAGES, "default": {"BACKEND": "tests.simulation.outside.SimStorage"}}
    return override_settings(
        STORAGES=storage,
        PUBLIC_URL="https://cms.example",
        KIE_WEBHOOK_KEY="key of the simulation" if seed % 2 else "",
        KIE_API_KEY="a key",
        KIE_CREATES_PER_10S=(20, 2)[seed % 5 == 0],
    )


def _replace(stack: ExitStack, episode: Episode) -> None:
    """Put the simulated outside in the place of the real one."""

    for user in KIE_USERS:
        stack.enter_context(mock.patch(f"assets.pipeline.{user}.kie", return_value=episode.kie))
    stack.enter_context(mock.patch("assets.pipeline.fetch.safe_http.fetch", episode.host.fetch))
    stack.enter_context(mock.patch("assets.pipeline.fetch.probe", episode.host.probe))
    stack.enter_context(mock.patch("projects.queue.async_task", episode.post.put))
    # One `time` for all modules, so this is the pause of whoever waits.
    stack.enter_context(mock.patch("assets.pipeline.submit.time.sleep", episode._time_passes))
    stack.enter_context(mock.patch("assets.pipeline.sweep._clear_temporary"))
    stack.enter_context(mock.patch("assets.pipeline.steps.logger.exception", _note(episode)))
    storage: Any = storages["default"]
    storage.seam, storage.fails = episode.seams.pass_by, lambda: episode.kie.stormy and episode.rng.random() < 0.06


def _note(episode: Episode) -> Callable[..., None]:
    def note(event: str, **what: Any) -> None:
        episode.errors.append(f"{event} {what.get('state', '')}: {sys.exc_info()[1]!r}")

    return note
