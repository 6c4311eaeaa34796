"""What waits for whom: in the queue, on the way to the next, at home."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.models import Shot, Version
from projects.actions.projects import archive_project
from projects.models import Organisation, Project, User
from projects.roles import Role
from reviews.actions.asking import ask_review, withdraw_round
from reviews.actions.decisions import decide
from reviews.models import Round, Verdict
from reviews.views import queue
from tests.factories import (
    GenerationFactory,
    MemberFactory,
    OrganisationFactory,
    ProjectFactory,
    ShotFactory,
    TakeFactory,
    VersionFactory,
)


def version_of(shot: Shot, by: User) -> Version:
    """The v1 of a shot with its job."""
    take = TakeFactory.create(shot=shot, created_by=by)
    GenerationFactory.create(take=take, state="ready", due_at=None)
    return VersionFactory.create(take=take)


@pytest.fixture
def asked(shot: Shot, carl: User, rita: User) -> Round:
    """Rita is asked about the first shot, until no day in particular."""
    return ask_review(by=carl, version=version_of(shot, carl), reviewers=[rita])


@pytest.fixture
def elsewhere(carl: User, rita: User) -> Organisation:
    """Carl and Rita work in a second organisation too."""
    organisation = OrganisationFactory.create(name="Southlight")
    MemberFactory.create(organisation=organisation, user=carl, role=Role.CREATOR)
    MemberFactory.create(organisation=organisation, user=rita, role=Role.REVIEWER)
    return organisation


def test_the_next_review_is_the_one_with_the_earliest_deadline(
    ritas: Client, asked: Round, project: Project, carl: User, rita: User
) -> None:
    urgent, looked_at = (version_of(ShotFactory.create(project=project), carl) for _ in range(2))
    ask_review(by=carl, version=urgent, reviewers=[rita], due_at=timezone.now() + timedelta(days=1))
    assert ritas.get(looked_at.get_absolute_url()).context["next_round"].version == urgent


def test_the_next_review_is_one_of_the_same_organisation(
    ritas: Client, asked: Round, elsewhere: Organisation, carl: User, rita: User
) -> None:
    other = version_of(ShotFactory.create(project=ProjectFactory.create(organisation=elsewhere)), carl)
    ask_review(by=carl, version=other, reviewers=[rita], due_at=timezone.now() + timedelta(days=1))
    assert ritas.get(asked.version.get_absolute_url()).context["next_round"] is None


def test_home_shows_running_takes_of_its_own_organisation(carls: Client, elsewhere: Organisation, carl: User) -> None:
    shot = ShotFactory.create(project=ProjectFactory.create(organisation=elsewhere))
    GenerationFactory.create(take=TakeFactory.create(shot=shot, created_by=carl), state="running")
    page = carls.get("/").context
    assert (str(page["frame"].organisation), page["running"]) == ("Northlight Studio", [])


def test_nobody_waits_for_an_archived_project(
    ritas: Client, pats: Client, asked: Round, pat: User, project: Project
) -> None:
    Round.objects.update(due_at=timezone.now() - timedelta(hours=1))
    archive_project(by=pat, project=project)
    assert ritas.get(reverse("review_queue")).context["rows"] == []
    assert pats.get("/").context["overdue"] == []


def test_a_queue_that_is_cut_says_so(
    ritas: Client, asked: Round, project: Project, carl: User, rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "QUEUE_LIMIT", 1)
    ask_review(by=carl, version=version_of(ShotFactory.create(project=project), carl), reviewers=[rita])
    page = ritas.get(reverse("review_queue"))
    assert len(page.context["rows"]) == 1
    assert "the 1 with the earliest deadlines" in page.text


def test_a_withdrawn_question_does_not_hide_the_answer_before_it(
    ritas: Client, asked: Round, carl: User, rita: User
) -> None:
    decide(by=rita, asked=asked, verdict=Verdict.APPROVE, seen_sha256=asked.file_sha256)
    withdraw_round(by=carl, asked=ask_review(by=carl, version=asked.version, reviewers=[rita]))
    assert ritas.get(asked.version.get_absolute_url()).context["current"].asked == asked


def test_who_may_ask_can_withdraw_even_when_asked_themselves(
    pats: Client, shot: Shot, carl: User, pat: User, rita: User
) -> None:
    asked = ask_review(by=pat, version=version_of(shot, carl), reviewers=[pat, rita])
    assert reverse("round_withdraw", args=[asked.pk]) in pats.get(asked.version.get_absolute_url()).text
