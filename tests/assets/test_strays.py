"""Late truth: tasks that turn up after a person's choice, and second ones, are booked, told and shown."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ
from pytest_django import Settings

from assets.actions.attention import Choice, resolve_attention
from assets.actions.strays import note_stray
from assets.models import Generation, GenerationState, StrayEnd, StrayTask
from assets.pipeline.strays import sweep_strays
from assets.pipeline.sweep import tidy
from assets.providers.standin import StandIn
from assets.views.webhooks import note_callback
from kling_cms.invariants import check
from projects.errors import Refused
from projects.models import AuditEntry, Budget, Notification, User
from tests.assets.conftest import Ask
from tests.queue_support import advance, drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(standin: StandIn, ask: Ask, settings: Settings) -> Generation:
    """A job whose answer was lost, by now a person's; Kie has made a task for it and could call us."""
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    job = advance(advance(ask("A boat [kie:html*1]")), after=timedelta(minutes=20))
    assert job.state == GenerationState.NEEDS_ATTENTION
    return job


def call_back(job: Generation, standin: StandIn, number: int = 1) -> None:
    """Kie ends its first task and knocks for that attempt."""
    standin.complete()
    note_callback(job.attempts.get(number=number), standin.accepted[number - 1].task_id)
    drain()
    job.refresh_from_db()


def money() -> tuple[int, int]:
    budget = Budget.objects.get()
    return int(budget.held), int(budget.settled)


def breaches() -> list[str]:
    return [row for finding in check() for row in finding.rows]


def told(user: User) -> list[str]:
    rows = Notification.objects.filter(user=user, text__contains="no job waits for")
    return list(rows.values_list("text", flat=True))


def test_a_task_that_was_confirmed_absent_is_booked_and_told(standin: StandIn, lost: Generation, alice: User) -> None:
    resolve_attention(by=alice, generation=lost, choice=Choice.RELEASE)
    assert money() == (0, 0)
    call_back(lost, standin)
    assert (f"{lost.state} {lost.charged:.0f}", money()) == ("failed 55", (0, 55))
    assert "55 credits booked" in told(alice)[0]
    assert breaches() == []


def test_a_task_that_was_written_off_is_not_booked_twice(standin: StandIn, lost: Generation, alice: User) -> None:
    resolve_attention(by=alice, generation=lost, choice=Choice.CHARGED)
    call_back(lost, standin)
    assert money() == (0, 55)
    assert len(told(alice)) == 1
    assert breaches() == []


def test_a_write_off_that_was_free_is_given_back(standin: StandIn, ask: Ask, alice: User, settings: Settings) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    job = advance(advance(ask("A boat [kie:html*1] [kie:fail-provider]")), after=timedelta(minutes=20))
    resolve_attention(by=alice, generation=job, choice=Choice.CHARGED)
    call_back(job, standin)
    assert (f"{job.charged:.0f}", money()) == ("0", (0, 0))
    assert "failed at kie" in told(alice)[0]
    assert breaches() == []


def test_what_was_to_be_sent_again_follows_the_task_that_turns_up(
    standin: StandIn, lost: Generation, alice: User
) -> None:
    resolve_attention(by=alice, generation=lost, choice=Choice.AGAIN)
    note_callback(lost.attempts.get(), standin.accepted[0].task_id)
    standin.complete()
    OrmQ.objects.exclude(pk=OrmQ.objects.latest("pk").pk).delete()  # the callback was faster than the new call
    drain()
    lost.refresh_from_db()
    assert lost.state == GenerationState.READY
    assert (len(standin.accepted), money()) == (1, (0, 55))


def second(standin: StandIn, lost: Generation, alice: User) -> None:
    """Sent again as a person asked, though Kie had made a task: two by now."""
    resolve_attention(by=alice, generation=lost, choice=Choice.AGAIN)
    drain()
    assert len(standin.accepted) == 2


def test_a_second_result_is_booked_beside_the_first(standin: StandIn, lost: Generation, alice: User) -> None:
    second(standin, lost, alice)
    call_back(lost, standin)
    assert money() == (55, 0), "the job goes on, on its hold"
    advance(lost, after=timedelta(minutes=1))
    assert (f"{lost.state} {lost.charged:.0f}", money()) == ("ready 55", (0, 110))
    assert len(told(alice)) == 1
    assert breaches() == []


def test_a_second_result_after_the_end_is_booked_too(standin: StandIn, lost: Generation, alice: User) -> None:
    second(standin, lost, alice)
    standin.complete()
    advance(lost, after=timedelta(minutes=1))
    call_back(lost, standin)
    assert money() == (0, 110)
    assert not lost.price.closed_at, "two tasks say nothing about the price of one"
    assert breaches() == []


def test_repeated_callbacks_book_once(standin: StandIn, lost: Generation, alice: User) -> None:
    resolve_attention(by=alice, generation=lost, choice=Choice.RELEASE)
    call_back(lost, standin)
    call_back(lost, standin)
    assert (money(), len(told(alice)), StrayTask.objects.count()) == ((0, 55), 1, 1)


def test_callbacks_of_a_finished_job_make_no_stray(standin: StandIn, ask: Ask) -> None:
    job = advance(ask())
    call_back(job, standin)
    call_back(job, standin)
    assert job.state == GenerationState.READY
    assert not StrayTask.objects.exists()


def test_a_known_task_that_a_person_gave_up_is_followed_without_callbacks(
    standin: StandIn, ask: Ask, alice: User
) -> None:
    job = advance(ask())
    advance(job, after=timedelta(minutes=31))
    resolve_attention(by=alice, generation=job, choice=Choice.RELEASE)
    drain()
    assert StrayTask.objects.open().count() == 1
    standin.complete()
    StrayTask.objects.update(due_at=timezone.now())
    assert sweep_strays() == 1
    drain()
    assert (money(), StrayTask.objects.get().end) == ((0, 55), StrayEnd.SUCCESS)


def test_a_stray_that_kie_does_not_know_ends_quietly(standin: StandIn, ask: Ask, alice: User) -> None:
    job = advance(ask("A boat [kie:late-record=9000]"))
    advance(job, after=timedelta(minutes=31))
    resolve_attention(by=alice, generation=job, choice=Choice.CHARGED)
    StrayTask.objects.update(created_at=timezone.now() - timedelta(hours=2), due_at=timezone.now())
    tidy()
    drain()
    assert StrayTask.objects.get().end == StrayEnd.ABSENT
    assert (money(), told(alice)) == ((0, 55), [])


def test_it_stays_on_the_page_until_it_is_noted(
    standin: StandIn, lost: Generation, alice: User, alices: Client, pats: Client
) -> None:
    resolve_attention(by=alice, generation=lost, choice=Choice.RELEASE)
    call_back(lost, standin)
    found = StrayTask.objects.get()
    assert found.attempt.task_id in alices.get(reverse("attention_list")).content.decode()
    assert pats.post(reverse("stray_note", args=[found.pk])).status_code == 403
    alices.post(reverse("stray_note", args=[found.pk]))
    assert "Tasks that no job waits for" not in alices.get(reverse("attention_list")).content.decode()
    assert AuditEntry.objects.filter(verb="noted a task without a job", actor=alice).count() == 1
    with pytest.raises(Refused, match="noted before"):
        note_stray(by=alice, found=found)


def test_the_job_shows_it(standin: StandIn, lost: Generation, alice: User, alices: Client) -> None:
    resolve_attention(by=alice, generation=lost, choice=Choice.RELEASE)
    call_back(lost, standin)
    page = alices.get(reverse("take_job", args=[lost.take_id])).content.decode()
    assert "No job waits for this task: made a clip, 55 credits booked" in page
