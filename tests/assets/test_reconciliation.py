"""Kie's balance against the ledger: once a day, when an admin asks, and by command."""

import io
from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.actions import reconcile as action
from assets.actions.reconcile import reconcile
from assets.models import BalanceReading, Reconciliation
from assets.pipeline.account import check_account
from assets.providers.standin import StandIn
from assets.tasks import check_account as account_task
from projects.errors import Refused
from projects.models import AuditEntry, Notification, Organisation, User
from tests.assets.conftest import Ask
from tests.queue_support import advance

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LIST, RUN = reverse("reconciliation_list"), reverse("reconciliation_run")


def read(credits: int, hours_ago: float) -> None:
    BalanceReading.objects.create(credits=credits, created_at=timezone.now() - timedelta(hours=hours_ago))


def named(run: Reconciliation) -> tuple[object, ...]:
    """Booked, in flight, topped up, drift."""
    return run.booked, run.in_flight, run.topped_up, run.drift


def test_a_paid_take_leaves_no_drift(standin: StandIn, ask: Ask) -> None:
    check_account()
    done = advance(ask())
    standin.complete()
    advance(done)
    check_account()
    assert named(reconcile()) == (55, 0, 0, 0)


def test_a_running_take_is_explained_and_booked_in_the_next_window(standin: StandIn, ask: Ask) -> None:
    check_account()
    job = advance(ask())
    check_account()
    assert named(reconcile()) == (0, 55, 0, 0)
    standin.complete()
    advance(job)
    check_account()
    assert named(reconcile()) == (55, -55, 0, 0)


def test_a_failed_take_is_no_drift(standin: StandIn, ask: Ask) -> None:
    check_account()
    job = advance(ask("A boat [kie:fail-provider]"))
    check_account()
    standin.complete()
    assert advance(job).state == "failed"
    check_account()
    assert named(reconcile()) == (0, 0, 0, 0)


def test_what_somebody_else_spends_is_drift_and_told(
    standin: StandIn, northlight: Organisation, alice: User, pat: User
) -> None:
    check_account()
    standin.balance -= 110
    check_account()
    assert named(reconcile()) == (0, 0, 0, 110)
    told = Notification.objects.get()
    assert (told.user, told.path) == (alice, LIST)
    assert "110 credits more than the ledger booked" in told.text


def test_a_top_up_is_no_error(northlight: Organisation, alice: User) -> None:
    read(100, 2)
    read(5100, 1)
    assert named(reconcile()) == (0, 0, 5000, 0)
    assert not Notification.objects.exists()


def test_each_window_begins_where_the_last_one_ended(northlight: Organisation) -> None:
    for credits, hours_ago in ((100, 3), (90, 2), (80, 1)):
        read(credits, hours_ago)
        if hours_ago < 3:
            reconcile()
    later, first = Reconciliation.objects.all()
    assert (first.ends_at, first.after) == (later.begins_at, later.before)
    assert Reconciliation.objects.count() == 2


def test_without_a_newer_reading_nothing_is_noted(northlight: Organisation) -> None:
    read(100, 1)
    with pytest.raises(Refused, match="has not been read"):
        reconcile()
    assert not Reconciliation.objects.exists()


def test_the_daily_round_comes_once_a_day(standin: StandIn, northlight: Organisation) -> None:
    read(10_000, 25)
    for _ in range(2):
        account_task("all")
    assert Reconciliation.objects.count() == 1
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        account_task("all")
    assert Reconciliation.objects.count() == 2


def test_of_two_who_reconcile_at_once_one_notes_it(northlight: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    read(100, 2)
    read(90, 1)
    both_saw = action._begin()
    reconcile()
    monkeypatch.setattr(action, "_begin", lambda: both_saw)
    with pytest.raises(Refused, match="just reconciled"):
        reconcile()
    assert Reconciliation.objects.count() == 1


def test_an_admin_asks_and_the_log_says_so(alices: Client, alice: User) -> None:
    read(100, 2)
    read(45, 1)
    page = alices.post(RUN, follow=True).content.decode()
    assert "Kie took 55 credits" in page
    assert AuditEntry.objects.get().changes == {"drift": [None, "55 credits"]}
    assert Reconciliation.objects.get().by == alice


def test_only_who_sets_budgets_may_ask(northlight: Organisation, pat: User) -> None:
    read(100, 2)
    read(45, 1)
    with pytest.raises(PermissionDenied):
        reconcile(by=pat, organisation=northlight)


def test_the_page_shows_the_last_thirty(alices: Client) -> None:
    now = timezone.now()
    fields = dict.fromkeys(("before", "after", "booked", "in_flight", "topped_up", "drift"), 0)
    for day in range(31):
        begins = now - timedelta(days=40 - day)
        Reconciliation.objects.create(begins_at=begins, ends_at=begins + timedelta(hours=1), **fields)
    assert len(alices.get(LIST).context["runs"]) == 30


def test_home_names_the_drift(alices: Client) -> None:
    read(100, 2)
    read(45, 1)
    reconcile()
    assert "55 credits of drift" in alices.get(reverse("home")).content.decode()


def test_the_command_reads_the_balance_first_and_exits_with_1_on_drift(
    standin: StandIn, northlight: Organisation
) -> None:
    read(10_055, 1)
    with pytest.raises(SystemExit, match="1"):
        call_command("reconcile", stdout=(said := io.StringIO()))
    assert "drift                       55 credits" in said.getvalue()


def test_the_command_says_when_there_is_nothing_to_compare(standin: StandIn) -> None:
    with pytest.raises(CommandError, match="has not been read"):
        call_command("reconcile")
