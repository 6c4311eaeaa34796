"""What `/readyz` and `/metrics` say, and to whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from assets.models import Attempt, LineStop, Outcome, Reconciliation, StopReason
from kling_cms.environment import BadSetting, read_environment
from kling_cms.invariants import record_run
from kling_cms.views import health
from projects.heartbeats import Heart, heartbeat_age, workers_alive
from projects.models import Budget, WorkBeat
from tests.assets.conftest import Ask, ask  # noqa: F401  # fixture

pytestmark = pytest.mark.django_db


def seen(seconds_ago: float, pid: int = 1) -> None:
    WorkBeat.objects.create(host="elsewhere", pid=pid, seen_at=timezone.now() - timedelta(seconds=seconds_ago))


def ready(client: Client) -> tuple[int, list[str]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["broken"]


def figures() -> dict[tuple[str, ...], float]:
    """Each sample by its name and the values of its labels."""
    text = Client().get("/metrics").content.decode()
    families = text_string_to_metric_families(text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


@pytest.mark.parametrize(
    ("ages", "status", "broken"),
    [((), 503, ["workers"]), ((61,), 503, ["workers"]), ((30,), 200, []), ((3000, 5), 200, [])],
)
def test_ready_means_that_some_worker_lives(
    client: Client, ages: tuple[int, ...], status: int, broken: list[str]
) -> None:
    for pid, age in enumerate(ages, 1):
        seen(age, pid)
    assert ready(client) == (status, broken)


def test_ready_tells_how_old_the_last_sign_is(client: Client) -> None:
    seen(20)
    assert 20 <= client.get("/readyz").json()["worker_seconds"] < 30


def test_ready_names_storage_that_fails(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(1)
    monkeypatch.setattr(health, "default_storage", None)
    assert ready(client) == (503, ["storage"])


def test_a_heart_beats_at_its_own_rate_and_leaves_no_row() -> None:
    heart = Heart(host="here", pid=7)
    heart.beat()
    WorkBeat.objects.update(seen_at=timezone.now() - timedelta(seconds=5))
    heart.beat()  # too soon
    age = heartbeat_age()
    assert age is not None
    assert age > timedelta(seconds=4)
    heart._beat_at = float("-inf")
    heart.beat()
    assert workers_alive() == 1
    heart.stop()
    assert heartbeat_age() is None


def test_a_heart_takes_over_the_row_of_an_earlier_process_of_its_number() -> None:
    long_ago = timezone.now() - timedelta(hours=2)
    WorkBeat.objects.create(host="here", pid=7, started_at=long_ago, seen_at=long_ago)
    Heart(host="here", pid=7).beat()
    assert WorkBeat.objects.get().started_at > long_ago


def test_rows_of_dead_processes_go() -> None:
    seen(100_000)
    Heart(host="here", pid=7).beat()
    assert WorkBeat.objects.get().host == "here"


@pytest.mark.parametrize(
    ("headers", "trusted", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, False, 200),
        ({"REMOTE_ADDR": "::1"}, False, 200),
        ({"REMOTE_ADDR": "10.1.2.3"}, False, 404),
        ({"REMOTE_ADDR": ""}, False, 404),
        # By a proxy on this machine: the address is the one that it names, and it names one only if it is trusted.
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, False, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"}, True, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}, True, 404),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1, 203.0.113.9"}, True, 404),
        ({"REMOTE_ADDR": "172.18.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, True, 200),
    ],
)
def test_metrics_are_for_the_allowed_addresses(
    client: Client, settings: Settings, headers: dict[str, str], trusted: bool, status: int
) -> None:
    settings.TRUST_PROXY = trusted
    assert client.get("/metrics", **headers).status_code == status  # type: ignore[arg-type]


def test_the_allowed_addresses_are_a_setting(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setenv("METRICS_ALLOWED", "10.0.0.0/8, 192.0.2.7")
    assert [str(one) for one in read_environment(tmp_path).metrics_allowed] == ["10.0.0.0/8", "192.0.2.7/32"]
    monkeypatch.setenv("METRICS_ALLOWED", "everybody")
    with pytest.raises(BadSetting, match="METRICS_ALLOWED"):
        read_environment(tmp_path)


def test_metrics_of_an_empty_product_are_zeros() -> None:
    found = figures()
    assert found["kling_jobs", "queued"] == found["kling_held_credits",] == found["kling_workers",] == 0
    assert ("kling_worker_heartbeat_seconds",) not in found


def test_metrics_tell_of_jobs_and_money(ask: Ask) -> None:  # noqa: F811
    job = ask()
    type(job).objects.update(created_at=timezone.now() - timedelta(minutes=5))
    found = figures()
    assert (found["kling_jobs", "queued"], found["kling_held_credits",]) == (1, 55)
    assert 300 <= found["kling_oldest_waiting_seconds", "queued"] < 360


def test_metrics_tell_of_the_line() -> None:
    LineStop.objects.create(reason=StopReason.CREDITS)
    found = figures()
    assert (found["kling_line_stopped", "credits"], found["kling_line_stopped", "key"]) == (1, 0)


def test_metrics_tell_how_long_kie_takes_lately(ask: Ask) -> None:  # noqa: F811
    now = timezone.now()
    for number, (minutes, seconds) in enumerate(((1, 0.4), (2, 3), (20, 9)), 1):
        sent = now - timedelta(minutes=minutes)
        Attempt.objects.create(
            generation=ask(str(number)),
            number=1,
            token=str(number),
            sent_at=sent,
            answered_at=sent + timedelta(seconds=seconds),
            callback_at=now,
            outcome=Outcome.ACCEPTED,
        )
    found = figures()
    buckets = [found["kling_create_seconds_bucket", bound, "accepted"] for bound in ("0.25", "0.5", "5", "+Inf")]
    assert buckets == [0, 1, 2, 2]
    assert found["kling_create_seconds_gsum", "accepted"] == pytest.approx(3.4)
    assert found["kling_callbacks_total",] == 3


def test_metrics_tell_whether_all_holds(ask: Ask) -> None:  # noqa: F811
    ask()
    Budget.objects.update(held=1)
    record_run()
    now = timezone.now()
    sums = dict.fromkeys(("before", "after", "booked", "in_flight", "topped_up"), 0)
    Reconciliation.objects.create(begins_at=now, ends_at=now + timedelta(hours=1), drift=55, **sums)
    found = figures()
    assert (found["kling_invariants_ok",], found["kling_invariant_breaches",]) == (0, 1)
    assert found["kling_drift_credits",] == 55


def test_metrics_tell_of_workers_on_any_machine() -> None:
    seen(5)
    seen(400, pid=2)
    found = figures()
    assert found["kling_workers",] == 1
    assert 5 <= found["kling_worker_heartbeat_seconds",] < 15
