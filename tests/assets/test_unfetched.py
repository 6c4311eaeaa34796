"""Results that Kie made and that don't come home: told three times, listed, and fetched when a person asks."""

from datetime import timedelta
from unittest import mock

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.actions.fetching import alarm_unfetched, fetch_now
from assets.models import Generation, GenerationState
from assets.pipeline.sweep import tidy
from assets.providers.safe_http import FetchError
from assets.providers.standin import StandIn
from projects.errors import Refused
from projects.models import AuditEntry, Notification, User
from tests.assets.conftest import Ask
from tests.queue_support import advance, drain

pytestmark = pytest.mark.django_db


def aged(job: Generation, hours: int) -> Generation:
    """As if Kie had been done so many hours ago."""
    Generation.objects.filter(pk=job.pk).update(done_at=timezone.now() - timedelta(hours=hours, minutes=1))
    job.refresh_from_db()
    return job


@pytest.fixture
def unfetched(standin: StandIn, ask: Ask) -> Generation:
    """A finished task whose file doesn't come through once, and rests before the next try."""
    job = advance(ask())
    standin.complete()
    with mock.patch("assets.pipeline.fetch.safe_http.fetch", side_effect=FetchError("The host is away.")):
        return advance(job, after=timedelta(seconds=5))


@pytest.fixture
def stuck(unfetched: Generation) -> Generation:
    """The same, handed to a person."""
    Generation.objects.update(state=GenerationState.NEEDS_ATTENTION, due_at=None, lease_until=None)
    return aged(unfetched, 7)


@pytest.mark.parametrize(("hours", "messages"), [(5, 0), (6, 1), (12, 1), (23, 1)])
def test_each_hour_of_the_list_is_told_once(
    unfetched: Generation, alice: User, pat: User, carl: User, hours: int, messages: int
) -> None:
    aged(unfetched, hours)
    tidy()
    tidy()
    told = Notification.objects.filter(kind="needs_attention")
    assert [told.filter(user=user).count() for user in (alice, pat, carl)] == [messages, messages, 0]


def test_three_alarms_in_a_day(unfetched: Generation, alice: User) -> None:
    told = []
    for hours in (6, 8, 12, 15, 23, 30):
        aged(unfetched, hours)
        told.append(alarm_unfetched())
    assert told == [1, 0, 1, 0, 1, 0]


def test_a_clip_that_is_here_is_not_told(standin: StandIn, ask: Ask) -> None:
    job = advance(ask())
    standin.complete()
    aged(advance(job, after=timedelta(minutes=1)), 7)
    assert alarm_unfetched() == 0


def test_the_machine_goes_on_for_a_day(unfetched: Generation) -> None:
    assert advance(unfetched, after=timedelta(hours=20)).state == GenerationState.READY


def test_a_resting_result_is_fetched_now(unfetched: Generation, carl: User) -> None:
    fetch_now(by=carl, generation=unfetched)
    drain()
    unfetched.refresh_from_db()
    assert unfetched.state == GenerationState.READY
    assert AuditEntry.objects.filter(verb="had a result fetched", actor=carl).count() == 1


def test_a_result_that_waits_for_a_person_is_fetched_now(stuck: Generation, alice: User) -> None:
    fetch_now(by=alice, generation=stuck)
    drain()
    stuck.refresh_from_db()
    assert stuck.state == GenerationState.READY


def test_nothing_to_fetch_is_refused(standin: StandIn, ask: Ask, carl: User) -> None:
    job = advance(ask())
    with pytest.raises(Refused, match="nothing to fetch"):
        fetch_now(by=carl, generation=job)


def test_what_is_being_fetched_is_left_alone(unfetched: Generation, carl: User) -> None:
    Generation.objects.update(fetch_tries=0)
    with pytest.raises(Refused, match="at this moment"):
        fetch_now(by=carl, generation=unfetched)


def test_the_pages_offer_it(stuck: Generation, alices: Client, carls: Client) -> None:
    page = alices.get(reverse("attention_list")).content.decode()
    assert "Results not fetched" in page
    assert "Fetch now" in carls.get(reverse("take_job", args=[stuck.take_id])).content.decode()
    answer = carls.post(reverse("take_fetch", args=[stuck.take_id]), follow=True)
    assert "is being fetched" in answer.content.decode()
