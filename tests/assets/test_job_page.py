"""The job's page: its way so far, what it cost, what to do next, and stopping it in time."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assets.models import Generation, GenerationState
from assets.pipeline.submit import claim
from assets.providers.standin import StandIn
from projects.models import Budget
from tests.assets.conftest import Ask
from tests.queue_support import advance

pytestmark = pytest.mark.django_db


def page(client: Client, job: Generation, **headers: str) -> str:
    return client.get(reverse("take_job", args=[job.take_id]), headers=headers).content.decode()


def test_a_queued_job_can_be_cancelled_from_its_page(job: Generation, carls: Client) -> None:
    shown = page(carls, job)
    assert "Cancel this take" in shown
    assert "from then on it can't be stopped and will be charged" in shown, "said before it is pressed"
    answer = carls.post(reverse("take_cancel", args=[job.take_id]), follow=True)
    assert "Nothing was charged." in answer.content.decode()
    job.refresh_from_db()
    assert job.state == GenerationState.CANCELLED


def test_a_claimed_job_says_that_it_cannot_be_stopped(job: Generation, carls: Client) -> None:
    claim(job)
    assert "be stopped and will be charged" in page(carls, job)
    answer = carls.post(reverse("take_cancel", args=[job.take_id]), follow=True)
    assert "on its way to Kie" in answer.content.decode()


def test_a_race_that_the_worker_won_is_told_and_changes_nothing(
    standin: StandIn, job: Generation, carls: Client
) -> None:
    assert "Cancel this take" in page(carls, job)
    advance(job)
    answer = carls.post(reverse("take_cancel", args=[job.take_id]), follow=True).content.decode()
    assert "it can&#x27;t be stopped and will be charged" in answer
    job.refresh_from_db()
    assert job.state == GenerationState.RUNNING
    assert Budget.objects.get().held == 55


@pytest.mark.parametrize(("state", "told"), [("queued", 0), ("running", 1), ("fetching", 1), ("needs_attention", 0)])
def test_the_sheet_says_what_was_sent(job: Generation, carls: Client, state: str, told: int) -> None:
    Generation.objects.filter(pk=job.pk).update(state=state)
    sheet = carls.get(reverse("take_list", args=[job.take.shot_id])).content.decode()
    assert sheet.count("Sent: can't be stopped, will be charged") == told


def test_it_asks_again_while_the_job_runs(standin: StandIn, job: Generation, carls: Client) -> None:
    advance(job)
    assert 'hx-trigger="every 2s"' in page(carls, job)


def test_htmx_gets_the_part_that_changes(job: Generation, carls: Client) -> None:
    part = page(carls, job, **{"HX-Request": "true"})
    assert part.lstrip().startswith('<div class="stack" id="job"')
    assert "<html" not in part


def test_a_failure_says_class_cost_and_what_to_do(standin: StandIn, ask: Ask, carls: Client) -> None:
    shown = page(carls, advance(ask("A boat [kie:422]")))
    assert "Invalid input." in shown
    assert "Not charged" in shown
    assert "Generate again from the sheet." in shown
    assert 'hx-trigger="every' not in shown


def test_a_resting_take_says_until_when(standin: StandIn, ask: Ask, carls: Client) -> None:
    assert "Kie did not take it yet" in page(carls, advance(ask("A boat [kie:429]")))


def test_reviewers_see_no_prices_and_no_answers(standin: StandIn, job: Generation, ritas: Client) -> None:
    shown = page(ritas, advance(job))
    assert "credits" not in shown
    assert job.task_id not in shown
    assert job.attempts.get().token not in shown


def test_it_is_there_for_members_only(job: Generation, sams: Client) -> None:
    assert sams.get(reverse("take_job", args=[job.take_id])).status_code == 404


def test_reviewers_cancel_nothing(job: Generation, ritas: Client) -> None:
    assert ritas.post(reverse("take_cancel", args=[job.take_id])).status_code == 403


def test_the_page_counts_its_queries(
    standin: StandIn, job: Generation, carls: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    advance(job)
    with django_assert_max_num_queries(12):
        page(carls, job)
