"""Several people, or several workers, at one case of Needs attention: what is decided, booked or asked happens once."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from unittest import mock

import pytest
from django.utils import timezone
from pytest_django import Settings

from assets.actions.attention import Choice, resolve_attention
from assets.actions.charges import book_charge
from assets.actions.fetching import fetch_now
from assets.actions.prices import confirm_price
from assets.actions.strays import book_stray
from assets.models import Generation, GenerationState, Price, StrayEnd, StrayTask
from assets.providers.safe_http import FetchError
from assets.providers.standin import StandIn
from assets.views.webhooks import note_callback
from kling_cms.invariants import check
from projects.errors import Refused
from projects.models import Budget, Organisation, User
from tests.assets.conftest import Ask
from tests.queue_support import advance, drain, queued
from tests.rivals import at_once

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

RIVALS = 4


def won(act: Callable[[], object]) -> int:
    """How many of the rivals were not refused."""

    def one() -> bool:
        try:
            act()
        except Refused:
            return False
        return True

    return at_once([one] * RIVALS).count(True)


def test_a_closed_price_is_confirmed_once(ask: Ask, alice: User, northlight: Organisation) -> None:
    job = ask()
    Generation.objects.filter(pk=job.pk).update(
        state=GenerationState.READY, charged=60, finished_at=timezone.now(), due_at=None
    )
    book_charge(job, Decimal(60))
    closed = Price.objects.get(pk=job.price_id)
    assert won(lambda: confirm_price(by=alice, organisation=northlight, price=closed, credits=Decimal(60))) == 1
    assert Price.objects.get(organisation=northlight).credits == 60


def test_a_second_task_is_booked_once(standin: StandIn, ask: Ask, alice: User, settings: Settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    job = advance(advance(ask("A boat [kie:html*1]")), after=timedelta(minutes=20))
    resolve_attention(by=alice, generation=job, choice=Choice.RELEASE)
    note_callback(job.attempts.get(), standin.accepted[0].task_id)
    drain()
    found = StrayTask.objects.get()
    booked = at_once([lambda: book_stray(found, StrayEnd.SUCCESS, charged=Decimal(55))] * RIVALS)
    assert booked.count(True) == 1
    assert Budget.objects.get().settled == 55
    assert [row for finding in check() for row in finding.rows] == []


def test_a_resting_result_is_asked_for_once(standin: StandIn, ask: Ask, carl: User) -> None:
    job = advance(ask())
    standin.complete()
    with mock.patch("assets.pipeline.fetch.safe_http.fetch", side_effect=FetchError("The host is away.")):
        job = advance(job, after=timedelta(seconds=5))
    before = len(queued())
    assert won(lambda: fetch_now(by=carl, generation=job)) == 1
    assert queued()[before:] == [("assets.tasks.advance", str(job.pk))]
