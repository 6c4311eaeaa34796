"""Jobs that only a person may settle: four ways out, each with its money and its row in the log."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from assets.actions.attention import Choice, resolve_attention
from assets.actions.waiting import end_waiting
from assets.models import Generation, GenerationState, LineStop, StopReason
from assets.pipeline import clock
from assets.pipeline.account import check_account
from assets.providers.standin import StandIn
from projects.errors import Refused
from projects.models import AuditEntry, Budget, Notification, User
from tests.assets.conftest import Ask
from tests.queue_support import advance, drain

pytestmark = pytest.mark.django_db


@pytest.fixture
def stuck(standin: StandIn, ask: Ask) -> Generation:
    """A job whose answer was lost for good; Kie has made a task for it."""
    return advance(advance(ask("A boat [kie:html*1]")), after=timedelta(minutes=20))


def money() -> tuple[int, int]:
    budget = Budget.objects.get()
    return int(budget.held), int(budget.settled)


def test_an_adopted_task_goes_on(standin: StandIn, stuck: Generation, alice: User) -> None:
    task_id = standin.accepted[0].task_id
    standin.complete()
    resolve_attention(by=alice, generation=stuck, choice=Choice.ADOPT, task_id=f" {task_id} ")
    drain()
    stuck.refresh_from_db()
    assert stuck.state == GenerationState.READY
    assert money() == (0, 55)


def test_a_task_that_was_charged_is_written_off(stuck: Generation, alice: User) -> None:
    resolve_attention(by=alice, generation=stuck, choice=Choice.CHARGED)
    stuck.refresh_from_db()
    assert f"{stuck.state} {stuck.charged:.0f}" == "failed 55"
    assert money() == (0, 55)


def test_an_absent_task_releases_the_hold(stuck: Generation, alice: User) -> None:
    resolve_attention(by=alice, generation=stuck, choice=Choice.RELEASE)
    assert money() == (0, 0)


def test_an_absent_task_is_sent_again_on_the_same_hold(standin: StandIn, stuck: Generation, alice: User) -> None:
    resolve_attention(by=alice, generation=stuck, choice=Choice.AGAIN)
    advance(stuck)
    assert stuck.state == GenerationState.RUNNING
    assert stuck.attempts.count() == 2
    assert len({attempt.token for attempt in stuck.attempts.all()}) == 2
    assert money() == (55, 0)


@pytest.mark.parametrize("choice", Choice)
def test_each_choice_is_logged(standin: StandIn, stuck: Generation, alice: User, choice: Choice) -> None:
    resolve_attention(by=alice, generation=stuck, choice=choice, task_id=standin.accepted[0].task_id)
    row = AuditEntry.objects.get(verb="settled a job that needed attention")
    assert row.actor == alice
    assert row.changes["choice"] == ["", choice.label]


def test_nobody_settles_twice(stuck: Generation, alice: User) -> None:
    resolve_attention(by=alice, generation=stuck, choice=Choice.RELEASE)
    with pytest.raises(Refused, match="settled already"):
        resolve_attention(by=alice, generation=stuck, choice=Choice.CHARGED)
    assert money() == (0, 0)


@pytest.mark.parametrize("task_id", ["", "two words", "täsk", "x" * 201])
def test_an_id_that_can_be_none_is_refused(stuck: Generation, alice: User, task_id: str) -> None:
    with pytest.raises(Refused, match="Give the task's id"):
        resolve_attention(by=alice, generation=stuck, choice=Choice.ADOPT, task_id=task_id)


def test_a_task_of_another_attempt_is_refused(standin: StandIn, ask: Ask, stuck: Generation, alice: User) -> None:
    other = advance(ask("Another boat"))
    with pytest.raises(Refused, match="booked on another"):
        resolve_attention(by=alice, generation=stuck, choice=Choice.ADOPT, task_id=other.task_id)


def test_a_task_with_another_jobs_address_is_let_go(
    standin: StandIn, ask: Ask, alice: User, settings: Settings
) -> None:
    settings.PUBLIC_URL = "http://127.0.0.1:9"
    ours = advance(advance(ask("A boat [kie:html*1]")), after=timedelta(minutes=20))
    advance(ask("Their boat [kie:html*1]"))
    theirs = standin.accepted[1].task_id
    standin.complete()
    resolve_attention(by=alice, generation=ours, choice=Choice.ADOPT, task_id=theirs)
    drain()
    ours.refresh_from_db()
    assert (ours.state, ours.task_id) == (GenerationState.NEEDS_ATTENTION, "")
    assert ours.attempts.get().task_id == ""


def test_what_kie_finished_is_not_absent(stuck: Generation, alice: User) -> None:
    Generation.objects.filter(pk=stuck.pk).update(result_url="https://results.example/x.mp4")
    with pytest.raises(Refused, match="so it was charged"):
        resolve_attention(by=alice, generation=stuck, choice=Choice.RELEASE)


def test_the_page_shows_the_evidence(stuck: Generation, alices: Client) -> None:
    page = alices.get(reverse("attention_list")).content.decode()
    assert "A boat" in page
    assert "9,945 credits after" in page
    assert "No task exists: try again" in page


def test_the_page_counts_its_queries(
    standin: StandIn, stuck: Generation, ask: Ask, alices: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(3):
        advance(advance(ask(f"Boat {number} [kie:html*1]")), after=timedelta(minutes=20))
    with django_assert_max_num_queries(12):
        alices.get(reverse("attention_list"))


def test_settling_on_the_page(stuck: Generation, alices: Client) -> None:
    answer = alices.post(reverse("attention_resolve", args=[stuck.pk]), {"choice": "release"}, follow=True)
    assert "is settled: failed" in answer.content.decode()


def test_a_wrong_id_comes_back_with_a_sentence(stuck: Generation, alices: Client) -> None:
    answer = alices.post(reverse("attention_resolve", args=[stuck.pk]), {"choice": "adopt", "task_id": "two words"})
    assert answer.status_code == 422
    assert "two words" in answer.content.decode()
    assert "Give the task&#x27;s id" in answer.content.decode()


def test_each_case_shows_what_was_sent_what_came_back_and_the_balance(
    standin: StandIn, ask: Ask, alices: Client
) -> None:
    check_account()
    advance(advance(ask("A boat [kie:html*1]")), after=timedelta(minutes=20))
    shown = alices.get(reverse("attention_list")).content.decode()
    for part in ("5 s silent, 16:9", "A boat", "&lt;html", "10,000", "9,945", "55 credits less", "answer was lost"):
        assert part in shown, part


def test_a_balance_that_could_not_be_read_is_named(standin: StandIn, ask: Ask, alices: Client) -> None:
    job = advance(ask("A boat [kie:html*1]"))
    standin.stop()
    advance(job, after=timedelta(minutes=20))
    assert "not read before, not read after" in alices.get(reverse("attention_list")).content.decode()


def test_a_task_without_an_end_has_its_balance_afterwards(standin: StandIn, ask: Ask) -> None:
    job = advance(advance(ask("A boat")), after=clock.RUNNING_DEADLINE + clock.MINUTE)
    assert job.state == GenerationState.NEEDS_ATTENTION
    assert job.attempts.get().balance_after == 10_000 - 55


def test_only_admins_settle(stuck: Generation, pats: Client, sams: Client) -> None:
    address = reverse("attention_resolve", args=[stuck.pk])
    assert pats.post(address, {"choice": "release"}).status_code == 403
    assert sams.post(address, {"choice": "release"}).status_code == 404
    assert pats.get(reverse("attention_list")).status_code == 403


def test_a_stopped_line_is_shown_and_started(alices: Client) -> None:
    LineStop.objects.create(reason=StopReason.CREDITS, text="Credits insufficient")
    assert "Start the line again" in alices.get(reverse("attention_list")).content.decode()
    alices.post(reverse("line_start"))
    assert not LineStop.objects.open().exists()
    assert AuditEntry.objects.filter(verb="started the line again").count() == 1


def test_waiting_takes_end_with_their_class_and_holds(ask: Ask, carl: User, alices: Client) -> None:
    job = ask()
    LineStop.objects.create(reason=StopReason.CREDITS, text="Credits insufficient")
    assert "End 1 waiting take" in alices.get(reverse("attention_list")).content.decode()
    alices.post(reverse("waiting_end"))
    job.refresh_from_db()
    assert f"{job.state} {job.failure_class} {job.charged}" == "failed out_of_credits 0.00"
    assert money() == (0, 0)
    assert Notification.objects.filter(user=carl, kind="failed").count() == 1
    assert AuditEntry.objects.filter(verb="ended the waiting takes").count() == 1


def test_nothing_waits_while_the_line_runs(ask: Ask, alice: User) -> None:
    job = ask()
    with pytest.raises(Refused, match="runs again"):
        end_waiting(by=alice, organisation=job.organisation)
    job.refresh_from_db()
    assert job.state == GenerationState.QUEUED


def test_a_take_on_its_way_is_not_ended(standin: StandIn, ask: Ask, alice: User) -> None:
    job = advance(ask())
    LineStop.objects.create(reason=StopReason.KEY)
    assert end_waiting(by=alice, organisation=job.organisation) == 0
    assert advance(job).state == GenerationState.RUNNING
