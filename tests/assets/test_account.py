"""The account at Kie: its balance, and when a stopped line may run again."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from pytest_django import Settings

from assets.actions.line import line_stop
from assets.models import BalanceReading, LineStop, StopReason
from assets.pipeline.account import check_account
from assets.providers.standin import StandIn

pytestmark = pytest.mark.django_db


def stopped(reason: StopReason, *, minutes_ago: int, balance: int | None = None) -> LineStop:
    return LineStop.objects.create(
        reason=reason, created_at=timezone.now() - timedelta(minutes=minutes_ago), balance=balance
    )


def test_the_balance_is_noted(standin: StandIn) -> None:
    check_account()
    assert BalanceReading.objects.get().credits == 10_000


def test_old_readings_go(standin: StandIn) -> None:
    BalanceReading.objects.create(credits=1, created_at=timezone.now() - timedelta(days=31))
    check_account()
    assert BalanceReading.objects.count() == 1


def test_without_a_key_nobody_is_asked(standin: StandIn, settings: Settings) -> None:
    settings.KIE_API_KEY = ""
    check_account()
    assert not BalanceReading.objects.exists()


@pytest.mark.parametrize(
    ("reason", "minutes_ago", "balance", "runs"),
    [
        (StopReason.KEY, 0, None, False),
        (StopReason.KEY, 2, None, True),
        (StopReason.CAP, 30, None, False),
        (StopReason.CAP, 61, None, True),
        (StopReason.CREDITS, 30, 10_000, False),
        (StopReason.CREDITS, 30, 9_999, True),
    ],
)
def test_the_line_starts_when_its_reason_is_gone(
    standin: StandIn, reason: StopReason, minutes_ago: int, balance: int | None, runs: bool
) -> None:
    stopped(reason, minutes_ago=minutes_ago, balance=balance)
    check_account()
    assert (line_stop() is None) == runs


def test_the_first_look_after_a_stop_notes_the_balance(standin: StandIn) -> None:
    stopped(StopReason.CREDITS, minutes_ago=1)
    check_account()
    assert LineStop.objects.get().balance == Decimal(10_000)


def test_every_stop_must_be_over(standin: StandIn) -> None:
    stopped(StopReason.KEY, minutes_ago=5)
    stopped(StopReason.CAP, minutes_ago=5)
    check_account()
    assert LineStop.objects.open().count() == 2


def test_a_broken_answer_changes_nothing(standin: StandIn) -> None:
    stopped(StopReason.KEY, minutes_ago=5)
    standin.set_fault("credit-500")
    check_account()
    assert line_stop()
