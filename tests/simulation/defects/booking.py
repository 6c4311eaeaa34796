"""Mistakes in money, keys and ends."""

from __future__ import annotations

from contextlib import AbstractContextManager
from decimal import Decimal
from typing import Any
from unittest import mock

from django.db import transaction

from assets.actions import charges, generate, moves
from assets.clips import keep_clip, store_clip
from assets.models import Attempt, FailureClass, Generation, GenerationMove, GenerationState
from assets.pipeline import fetch, settle
from assets.pipeline.outcome import Kind, Verdict
from projects.actions import money
from projects.models import Budget
from tests.simulation.defects.patches import always, nothing, patched, several


def no_limit_check() -> AbstractContextManager[object]:
    """The hold is taken without asking whether it fits."""

    def take(budget: Budget, credits: Decimal) -> Budget:
        money._move(budget.pk, held=credits)
        return budget

    # Without the database's own constraint, as a schema without it would be.
    return patched("projects.actions.money._take", value=take)


def settled_later() -> AbstractContextManager[object]:
    """The charge is booked in a transaction of its own, after the state has moved."""
    finish = fetch.finish

    def finish_then_settle(job: Generation, got: Any) -> bool:
        with mock.patch.object(fetch, "book_charge", nothing):
            done = finish(job, got)
        if done:
            charges.book_charge(job, fetch.charge_of(job))
        return done

    return patched("assets.pipeline.fetch.finish", value=finish_then_settle)


def failure_keeps_the_hold() -> AbstractContextManager[object]:
    """A failed take doesn't give its hold back."""
    return patched("projects.actions.money.release", "assets.actions.charges.release", value=nothing)


def failure_is_free() -> AbstractContextManager[object]:
    """A failed task is taken for free, whatever its record says."""

    def fail(job: Generation, failure: Any, text: str, *, charged: Decimal, **rest: Any) -> bool:
        return settle.fail(job, failure, text, charged=Decimal(0), **rest)

    return patched("assets.pipeline.poll.fail", value=fail)


def price_is_the_charge() -> AbstractContextManager[object]:
    """What was held is booked, not what Kie took."""
    return patched("assets.pipeline.fetch.charge_of", value=lambda job: job.held)


def ready_before_stored() -> AbstractContextManager[object]:
    """The job is ready before its file is in storage."""

    def finish(job: Generation, got: Any) -> bool:
        moves.move(job, GenerationState.READY, why="early", charged=fetch.charge_of(job))
        charges.book_charge(job, fetch.charge_of(job))
        store_clip(job.take, got, keep_clip(got))
        return True

    return patched("assets.pipeline.fetch.finish", value=finish)


def fetch_gives_up() -> AbstractContextManager[object]:
    """A result that doesn't come at once is lost, and booked as free."""

    def later(job: Generation, error: Exception) -> None:
        settle.fail(job, FailureClass.BAD_RESULT, str(error), charged=Decimal(0))

    return patched("assets.pipeline.fetch.try_later", value=later)


def key_is_ignored() -> AbstractContextManager[object]:
    """The same form sent twice gives two jobs."""
    turns = iter(range(10**9))
    return several(
        mock.patch.object(generate, "takes_of_key", always([])),
        mock.patch.object(generate, "_key", lambda key, place: f"{key}:{place}:{next(turns)}"),
    )


def cancel_after_the_claim() -> AbstractContextManager[object]:
    """A take on its way is cancelled and its hold released."""

    def cancel(*, by: Any, generation: Generation) -> None:
        job = Generation.objects.select_related("take").get(pk=generation.pk)
        if not job.is_over:
            Generation.objects.filter(pk=job.pk).update(state=GenerationState.CANCELLED, due_at=None)
            GenerationMove.objects.create(generation=job, old=GenerationState.QUEUED, new=GenerationState.CANCELLED)
            money.release(key=job.ledger_key)

    return patched("tests.simulation.people.cancel_take", value=cancel)


def stop_is_a_charge() -> AbstractContextManager[object]:
    """Out of credits ends the take, and what was held is booked."""

    def stopped(job: Generation, attempt: Attempt, verdict: Verdict) -> None:
        settle.fail(job, FailureClass.OUT_OF_CREDITS, verdict.text, charged=job.held)

    return mock.patch.dict("assets.pipeline.submit.BOOK", {Kind.STOPPED: stopped})


def hold_after_the_commit() -> AbstractContextManager[object]:
    """The hold is taken in a transaction of its own, after the take was made."""

    def hold(**what: Any) -> None:
        transaction.on_commit(lambda: money.hold(**what))

    return patched("assets.actions.generate.hold", value=hold)
