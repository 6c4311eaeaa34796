"""The verdict on an episode: our rows against the product's invariants and against what the provider remembers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from django.db.models import Sum

from assets.models import Attempt, Clip, Generation, GenerationState, Take
from assets.models.generation import END_STATES
from kling_cms.invariants import INVARIANTS, check
from projects.models import Budget, LedgerEntry, LedgerKind

CHARGES = (LedgerKind.SETTLE, LedgerKind.OVERRUN, LedgerKind.CORRECTION)


class KnownTask(Protocol):
    """A task as the provider remembers it: `charged` is what it took in credits, `content` the bytes of its clip."""

    @property
    def task_id(self) -> str: ...
    @property
    def callback_url(self) -> str: ...
    @property
    def end(self) -> str: ...
    @property
    def charged(self) -> Decimal: ...
    @property
    def content(self) -> bytes: ...


class Oracle(Protocol):
    """What the provider remembers: every task it accepted, and how often each attempt was sent."""

    @property
    def tasks(self) -> Mapping[str, KnownTask]: ...
    @property
    def sent(self) -> Mapping[str, int]: ...


@dataclass(frozen=True, slots=True)
class Breach:
    """What is wrong: `kind` is one of lost, paid twice, overspent, wrong, broken; `text` names the rows."""

    kind: str
    text: str


def judge(kie: Oracle, promised: Mapping[str, int]) -> list[Breach]:
    """Everything that is wrong once all has come to rest; `promised`: takes that people were told of, by key."""
    jobs = list(Generation.objects.select_related("take").order_by("pk"))
    found = [*_promises(promised), *_ends(jobs), *_invariants(), *_sent_once(kie), *_tasks_booked(kie)]
    for job in jobs:
        found += _against_oracle(job, kie)
    return found


def _promises(promised: Mapping[str, int]) -> Iterator[Breach]:
    for key, takes in promised.items():
        there = Take.objects.filter(request_key__startswith=f"{key}:").count()
        if there != takes:
            yield Breach("lost" if there < takes else "paid twice", f"{key}: {there} takes, {takes} were promised")


def _ends(jobs: list[Generation]) -> Iterator[Breach]:
    for job in jobs:
        if job.state not in END_STATES:
            yield Breach("lost", f"{job.take.request_key} stands in {job.state}, due {job.due_at}")


def _invariants() -> Iterator[Breach]:
    for finding in check(INVARIANTS):
        kind = "overspent" if finding.invariant.number == 1 else "wrong"
        for row in finding.rows:
            yield Breach(kind, f"{finding.invariant.name}: {row}")
    for budget in Budget.objects.filter(held__gt=0):
        yield Breach("overspent", f"{budget}: {budget.held} held for ever")


def _sent_once(kie: Oracle) -> Iterator[Breach]:
    for attempt, calls in kie.sent.items():
        if calls > 1:
            yield Breach("paid twice", f"{attempt}: sent {calls} times")


def _tasks_booked(kie: Oracle) -> Iterator[Breach]:
    booked = list(Attempt.objects.exclude(task_id="").values_list("task_id", "token"))
    tokens = dict(booked)
    for task in kie.tasks.values():
        token = tokens.get(task.task_id)
        if token is None or not task.callback_url.endswith(f"{token}/"):
            yield Breach("lost", f"{task.task_id} ({task.end}) is not booked on the attempt that made it")


def _against_oracle(job: Generation, kie: Oracle) -> Iterator[Breach]:
    tokens = set(job.attempts.values_list("token", flat=True))
    tasks = [task for task in kie.tasks.values() if task.callback_url.rstrip("/").rpartition("/")[2] in tokens]
    name = job.take.request_key
    if len([task for task in tasks if task.charged]) > 1:
        yield Breach("paid twice", f"{name}: Kie charged {[task.task_id for task in tasks]}")
    if job.state == GenerationState.CANCELLED and tasks:
        yield Breach("paid twice", f"{name}: cancelled, and Kie made {[task.task_id for task in tasks]}")
    rows = LedgerEntry.objects.filter(key=job.ledger_key, of_month=True, kind__in=CHARGES)
    booked = rows.aggregate(all=Sum("credits"))["all"] or Decimal(0)
    charged = sum((task.charged for task in tasks), Decimal(0))
    if booked != charged:
        yield Breach("overspent", f"{name}: Kie charged {charged}, the ledger says {booked} ({job.state})")
    yield from _right_clip(job, tasks)


def _right_clip(job: Generation, tasks: list[KnownTask]) -> Iterator[Breach]:
    clip = Clip.objects.filter(take=job.take).first()
    if job.state != GenerationState.READY or clip is None:
        return
    if clip.sha256 not in {hashlib.sha256(task.content).hexdigest() for task in tasks}:
        yield Breach("wrong", f"{job.take.request_key} shows the clip of another task")
