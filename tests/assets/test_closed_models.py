"""A model that Kie has switched off (505): closed by itself, for its takes only, until an admin opens it again."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.actions.generate import request_takes
from assets.actions.line import line_stop, open_model, start_line, stop_line
from assets.actions.waiting import end_waiting
from assets.models import Generation, GenerationState, LineStop, Shot, StopReason
from assets.pipeline.account import check_account
from assets.pipeline.sweep import sweep
from assets.pricing import NoPrice
from assets.providers.standin import StandIn
from assets.requests import TakeRequest
from projects.models import AuditEntry, Budget, Notification, User
from tests.assets.conftest import Ask
from tests.factories import IMAGE_MODEL, TEXT_MODEL
from tests.queue_support import advance, drain

pytestmark = pytest.mark.django_db
type Close = Callable[..., None]


@pytest.fixture
def close() -> Close:
    """Kie switches a model off, the one for text if none is named."""

    def one(model: str = TEXT_MODEL) -> None:
        stop_line(StopReason.MODEL, text="Kie has switched this model off: disabled", model=model)

    return one


def test_a_505_ends_its_take_and_closes_the_model(standin: StandIn, ask: Ask, alice: User) -> None:
    job = advance(ask("A boat [kie:505]"))
    assert job.state == GenerationState.FAILED
    assert Budget.objects.get().held == 0
    assert line_stop() is None, "the line runs"
    assert str(line_stop(TEXT_MODEL)) == "Kie.ai has switched Kling 2.6, text to video off"
    assert line_stop(IMAGE_MODEL) is None


def test_many_505_tell_each_admin_once(standin: StandIn, ask: Ask, alice: User) -> None:
    jobs = [ask(f"Boat {number} [kie:505]") for number in range(3)]
    advance(jobs[0])
    stop_line(StopReason.MODEL, text="again", model=TEXT_MODEL)
    assert Notification.objects.filter(user=alice, kind="needs_attention").count() == 1


def test_waiting_takes_of_a_closed_model_wait(standin: StandIn, ask: Ask, close: Close) -> None:
    job = ask()
    close()
    assert advance(job).state == GenerationState.QUEUED
    assert Budget.objects.get().held == 55
    assert not standin.accepted


def test_another_model_goes_on(standin: StandIn, ask: Ask, close: Close) -> None:
    job = ask()
    close(IMAGE_MODEL)
    assert advance(job).state == GenerationState.RUNNING


def test_the_sweeper_passes_over_a_closed_model(ask: Ask, close: Close) -> None:
    job = ask()
    Generation.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    drain()
    close()
    Generation.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert sweep().jobs == 0
    job.refresh_from_db()
    assert job.due_at
    assert job.due_at > timezone.now()


def test_a_take_ends_after_a_day_on_a_closed_model(ask: Ask, close: Close) -> None:
    job = ask()
    close()
    advance(job, after=timedelta(hours=25))
    assert f"{job.state} {job.failure_class}" == "failed provider"
    assert Budget.objects.get().held == 0


def test_no_new_take_of_a_closed_model_is_queued(ask: Ask, close: Close, shot: Shot, carl: User) -> None:
    ask()
    close()
    with pytest.raises(NoPrice, match="text to video off"):
        request_takes(
            by=carl,
            shot=shot,
            wanted=TakeRequest("text", "A boat", 5, False, "16:9"),
            takes=1,
            request_key="another",
        )
    assert Generation.objects.count() == 1


def test_the_composer_says_so(close: Close, shot: Shot, carls: Client) -> None:
    close()
    page = carls.get(reverse("composer", args=[shot.pk])).content.decode()
    assert "Kie has switched Kling 2.6, text to video off." in page
    assert page.count('"shut": "Kie has switched') == 4


def test_an_admin_opens_the_model_again(standin: StandIn, ask: Ask, close: Close, alice: User) -> None:
    job = ask()
    close()
    advance(job)
    assert open_model(by=alice, organisation=job.organisation, model=TEXT_MODEL)
    job.refresh_from_db()
    assert advance(job).state == GenerationState.RUNNING
    assert AuditEntry.objects.get(verb="opened a model again").target_label == "Kling 2.6, text to video"
    assert not open_model(by=alice, organisation=job.organisation, model=TEXT_MODEL), "it is open already"


def test_neither_the_line_nor_the_account_opens_a_model(standin: StandIn, ask: Ask, close: Close, alice: User) -> None:
    job = ask()
    close()
    LineStop.objects.create(reason=StopReason.KEY)
    assert start_line(by=alice, organisation=job.organisation) == 1
    LineStop.objects.update(created_at=timezone.now() - timedelta(days=1))
    check_account()
    assert line_stop(TEXT_MODEL)


def test_waiting_takes_of_a_closed_model_can_be_ended(ask: Ask, close: Close, alice: User) -> None:
    job = ask()
    close(IMAGE_MODEL)
    close()
    assert end_waiting(by=alice, organisation=job.organisation, model=IMAGE_MODEL) == 0
    assert end_waiting(by=alice, organisation=job.organisation, model=TEXT_MODEL) == 1
    job.refresh_from_db()
    assert f"{job.state} {job.failure_class} {job.charged}" == "failed provider 0.00"


def test_the_page_opens_and_ends(ask: Ask, close: Close, alices: Client) -> None:
    ask()
    close()
    page = alices.get(reverse("attention_list")).content.decode()
    assert "Open the model again" in page
    assert "End 1 waiting take" in page
    assert "“Needs attention” opens it again" in alices.get(reverse("project_list")).content.decode(), "the banner"
    assert "“Needs attention” opens it again" not in page, "said once is enough"
    alices.post(reverse("waiting_end"), {"model": TEXT_MODEL})
    alices.post(reverse("model_open"), {"model": TEXT_MODEL})
    assert not LineStop.objects.open().exists()
    assert Budget.objects.get().held == 0
