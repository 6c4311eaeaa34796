"""The question of a waiting page, answered before anything else when nothing has changed."""

import re
from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assets.actions.moves import move
from assets.models import GenerationState, Take
from projects.models import Member
from projects.roles import Role
from tests.factories import GenerationFactory, MemberFactory, ProjectFactory, ShotFactory, TakeFactory

pytestmark = pytest.mark.django_db
ASKS = re.compile(r'hx-get="([^"]+)" hx-trigger="every')


@pytest.fixture
def carl() -> Member:
    return MemberFactory.create(role=Role.CREATOR)


@pytest.fixture
def take(carl: Member) -> Take:
    project = ProjectFactory.create(organisation=carl.organisation, created_by=carl.user)
    shot = ShotFactory.create(project=project, created_by=carl.user)
    take: Take = GenerationFactory.create(
        take=TakeFactory.create(shot=shot, created_by=carl.user), state=GenerationState.RUNNING
    ).take
    return take


@pytest.fixture
def browser(carl: Member, client: Client) -> Client:
    client.force_login(carl.user)
    return client


@pytest.fixture(params=["sheet", "job"])
def page(request: pytest.FixtureRequest, take: Take) -> str:
    return f"/shots/{take.shot_id}/" if request.param == "sheet" else f"/takes/{take.pk}/job/"


def question_of(browser: Client, page: str) -> str:
    found = ASKS.search(browser.get(page).content.decode())
    assert found
    return unescape(found[1])


def ask(browser: Client, question: str) -> int:
    return browser.get(question, headers={"HX-Request": "true"}).status_code


def test_no_news_costs_one_query(browser: Client, page: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    question = question_of(browser, page)
    with django_assert_num_queries(1):
        assert ask(browser, question) == 204


def test_news_are_told_in_full(browser: Client, page: str, take: Take) -> None:
    question = question_of(browser, page)
    move(take.generation, GenerationState.NEEDS_ATTENTION, why="A test")
    answer = browser.get(question, headers={"HX-Request": "true"})
    assert (answer.status_code, b"eeds attention" in answer.content) == (200, True)


def test_after_a_minute_the_right_is_checked_again(browser: Client, page: str, carl: Member) -> None:
    question = question_of(browser, page)
    Member.objects.update(is_active=False)
    assert ask(browser, question) == 204
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        assert ask(browser, question) != 204


def test_after_a_minute_the_page_gets_a_new_promise(browser: Client, page: str) -> None:
    question = question_of(browser, page)
    with time_machine.travel(timezone.now() + timedelta(seconds=61)):
        answer = browser.get(question, headers={"HX-Request": "true"})
        found = ASKS.search(answer.content.decode())
        assert found
        assert ask(browser, unescape(found[1])) == 204


def test_a_promise_holds_for_its_session_only(browser: Client, page: str) -> None:
    question = question_of(browser, page)
    assert ask(Client(), question) != 204
    browser.logout()
    assert ask(browser, question) != 204


def test_a_promise_holds_for_its_words_and_address_only(browser: Client, page: str, take: Take) -> None:
    question = question_of(browser, page)
    other = GenerationFactory.create(state=GenerationState.RUNNING).take
    for forged in (
        question.replace(str(take.pk), str(other.pk)),
        f"{question}&watch={other.pk}:running",
        question.replace("quiet=", "quiet=x"),
    ):
        assert ask(browser, forged) in (200, 404)
