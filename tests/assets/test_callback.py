"""Kie's callback: a doorbell that nobody has to believe."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from assets.models import Attempt, Generation, GenerationState
from assets.pipeline import steps
from assets.pipeline.provider import kie
from assets.pipeline.submit import callback_url, claim, mark_sent
from assets.pipeline.unknown import adopt
from assets.providers.base import TextToVideo
from assets.providers.kie_webhook import callback_signature
from assets.providers.standin import StandIn
from projects.models import Notification, User
from tests.assets.conftest import Ask
from tests.queue_support import advance, drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def public(standin: StandIn, settings: Settings) -> None:
    """Kie knows our address; what it sends there goes nowhere, so each test knocks by itself."""
    settings.PUBLIC_URL = "http://127.0.0.1:9"


def knock(attempt: Attempt, body: Any = None, **headers: str) -> int:
    """A POST to the attempt's address: its status."""
    data = body if isinstance(body, bytes) else json.dumps(body or {})
    path = f"/webhooks/kie/{attempt.token}/"
    return Client().post(path, data=data, content_type="application/json", headers=headers).status_code


def running(job: Generation) -> Attempt:
    advance(job)
    return job.attempts.get()


def test_a_knock_makes_a_worker_look(standin: StandIn, job: Generation) -> None:
    attempt = running(job)
    standin.complete()
    assert knock(attempt, {"data": {"taskId": job.task_id}}) == 200
    steps.heed(attempt.pk)
    job.refresh_from_db()
    assert job.state == GenerationState.READY


def test_a_knock_itself_says_nothing(standin: StandIn, job: Generation) -> None:
    attempt = running(job)
    knock(attempt, {"code": 200, "data": {"taskId": job.task_id, "state": "success"}})
    drain()
    job.refresh_from_db()
    assert job.state == GenerationState.RUNNING


def test_the_first_time_and_the_last_named_task_are_kept(standin: StandIn, job: Generation) -> None:
    attempt = running(job)
    knock(attempt, {"taskId": "task_a"})
    attempt.refresh_from_db()
    first = attempt.callback_at
    knock(attempt, {"data": {"task_id": "task_b"}})
    attempt.refresh_from_db()
    assert (attempt.callback_at, attempt.callback_task_id) == (first, "task_b")


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"data": 3}', b"\xff\xfe", b'{"taskId": "a b"}'])
def test_an_odd_body_is_a_knock_all_the_same(standin: StandIn, job: Generation, body: bytes) -> None:
    assert knock(running(job), body) == 200


def test_an_unknown_token_is_not_there(db: None) -> None:
    assert Client().post("/webhooks/kie/0123456789abcdef0123456789abcdef/", data={}).status_code == 404


def test_only_posts(standin: StandIn, job: Generation) -> None:
    assert Client().get(f"/webhooks/kie/{running(job).token}/").status_code == 405


def test_a_huge_body_is_refused(standin: StandIn, job: Generation) -> None:
    assert knock(running(job), b"x" * 70_000) == 413


def signed(task_id: str, key: str, age: int = 0) -> dict[str, str]:
    stamp = str(int(timezone.now().timestamp()) - age)
    return {"X-Webhook-Timestamp": stamp, "X-Webhook-Signature": callback_signature(task_id, stamp, key)}


def test_with_a_key_only_signed_knocks_count(standin: StandIn, job: Generation, settings: Settings) -> None:
    settings.KIE_WEBHOOK_KEY = "test-webhook-key"
    attempt = running(job)
    body = {"data": {"taskId": job.task_id}}
    assert knock(attempt, body) == 403
    assert knock(attempt, body, **signed(job.task_id, "another key")) == 403
    assert knock(attempt, body, **signed(job.task_id, "test-webhook-key", age=3600)) == 403
    attempt.refresh_from_db()
    assert attempt.callback_at is None
    assert knock(attempt, body, **signed(job.task_id, "test-webhook-key")) == 200


def lost(ask: Ask, standin: StandIn) -> tuple[Generation, Attempt, str]:
    """A job whose answer was lost, its attempt, and the task that Kie made for it."""
    job = advance(ask("A boat [kie:html]"))
    return job, job.attempts.get(), standin.accepted[0].task_id


def test_a_lost_answer_is_made_good_by_a_knock(standin: StandIn, ask: Ask) -> None:
    job, attempt, task_id = lost(ask, standin)
    knock(attempt, {"data": {"taskId": task_id}})
    drain()
    job.refresh_from_db()
    assert (job.state, job.task_id) == (GenerationState.RUNNING, task_id)
    assert len(standin.accepted) == 1


def test_a_task_of_somebody_else_is_not_adopted(standin: StandIn, ask: Ask) -> None:
    job, attempt, _ = lost(ask, standin)
    other = advance(ask("Another boat"))
    knock(attempt, {"data": {"taskId": other.task_id}})
    drain()
    job.refresh_from_db()
    assert (job.state, job.task_id) == (GenerationState.UNKNOWN, "")


def test_a_task_that_does_not_exist_is_not_adopted(standin: StandIn, ask: Ask) -> None:
    job, attempt, _ = lost(ask, standin)
    knock(attempt, {"data": {"taskId": "task_forged"}})
    drain()
    job.refresh_from_db()
    assert job.state == GenerationState.UNKNOWN


def test_a_knock_before_the_answer_is_heeded_when_the_answer_gets_lost(standin: StandIn, ask: Ask) -> None:
    job = ask("A boat [kie:html]")
    attempt = claim(job)
    assert attempt
    assert mark_sent(attempt)
    task_id = made_at_kie(standin, attempt)
    knock(attempt, {"data": {"taskId": task_id}})
    drain()
    advance(job, after=timedelta(minutes=3))
    drain()
    job.refresh_from_db()
    assert (job.state, job.task_id) == (GenerationState.RUNNING, task_id)


def made_at_kie(standin: StandIn, attempt: Attempt) -> str:
    """A task that Kie made for the attempt, unheard by us."""
    return kie().create_task(TextToVideo("A boat", 5, False, "16:9"), callback_url(attempt)).task_id


def test_a_knock_an_hour_later_still_counts(standin: StandIn, ask: Ask) -> None:
    job, attempt, task_id = lost(ask, standin)
    advance(job, after=timedelta(minutes=20))
    assert job.state == GenerationState.NEEDS_ATTENTION
    knock(attempt, {"data": {"taskId": task_id}})
    drain()
    job.refresh_from_db()
    assert job.state == GenerationState.RUNNING


def test_a_late_end_settles_a_job_that_needed_attention(standin: StandIn, job: Generation) -> None:
    attempt = running(job)
    advance(job, after=timedelta(minutes=31))
    assert job.state == GenerationState.NEEDS_ATTENTION
    standin.complete()
    knock(attempt)
    drain()
    job.refresh_from_db()
    assert job.state == GenerationState.READY


def test_a_task_that_turns_up_after_the_job_has_ended_is_booked_and_told(
    standin: StandIn, ask: Ask, alice: User, job: Generation
) -> None:
    lost_job, attempt, task_id = lost(ask, standin)
    Generation.objects.filter(pk=lost_job.pk).update(state="failed", failure_class="unknown")
    assert adopt(attempt, task_id, why="late")
    standin.complete()
    drain()
    attempt.refresh_from_db()
    lost_job.refresh_from_db()
    assert (attempt.task_id, lost_job.state) == (task_id, "failed")
    assert task_id in Notification.objects.get(user=alice).text
