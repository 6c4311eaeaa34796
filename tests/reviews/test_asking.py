"""Asking for a review, withdrawing, and what a newer version does to it."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from assets.models import Shot, Version
from projects.actions.projects import archive_project
from projects.errors import Refused
from projects.models import Notification, User
from reviews.actions.asking import ask_review, supersede_rounds, withdraw_round
from reviews.actions.decisions import decide
from reviews.models import Round, RoundState, Verdict
from tests.factories import TakeFactory, VersionFactory


@pytest.fixture
def version(shot: Shot, carl: User) -> Version:
    """Carl's v1."""
    return VersionFactory.create(take=TakeFactory.create(shot=shot, created_by=carl))


def newer(version: Version, carl: User) -> Version:
    """Carl's next version of the same shot."""
    return VersionFactory.create(take=TakeFactory.create(shot=version.shot, created_by=carl), number=version.number + 1)


def test_asking_opens_a_round_about_the_exact_file(version: Version, carl: User, rita: User) -> None:
    asked = ask_review(by=carl, version=version, reviewers=[rita])
    assert (asked.file_sha256, asked.needed) == (version.clip.sha256, 1)
    assert Shot.objects.get(pk=version.shot_id).state == "in_review"


def test_the_people_asked_are_told(version: Version, carl: User, rita: User) -> None:
    ask_review(by=carl, version=version, reviewers=[rita])
    assert Notification.objects.get(user=rita).kind == "review_asked"


def test_a_reviewer_cannot_ask(version: Version, rita: User, pat: User) -> None:
    with pytest.raises(PermissionDenied):
        ask_review(by=rita, version=version, reviewers=[pat])


def test_the_maker_cannot_be_asked(version: Version, carl: User, pat: User) -> None:
    with pytest.raises(Refused, match="made this version"):
        ask_review(by=pat, version=version, reviewers=[carl])


def test_a_stranger_cannot_be_asked(version: Version, carl: User, sam: User) -> None:
    with pytest.raises(Refused, match="may not approve"):
        ask_review(by=carl, version=version, reviewers=[sam])


def test_nobody_to_ask_is_refused(version: Version, carl: User) -> None:
    with pytest.raises(Refused, match="at least one"):
        ask_review(by=carl, version=version, reviewers=[])


def test_more_approvals_than_people_is_refused(version: Version, carl: User, rita: User) -> None:
    with pytest.raises(Refused, match="can't come from"):
        ask_review(by=carl, version=version, reviewers=[rita], needed=2)


def test_a_past_deadline_is_refused(version: Version, carl: User, rita: User) -> None:
    with pytest.raises(Refused, match="past"):
        ask_review(by=carl, version=version, reviewers=[rita], due_at=timezone.now() - timedelta(minutes=1))


def test_a_second_round_on_the_same_shot_is_refused(version: Version, carl: User, rita: User) -> None:
    ask_review(by=carl, version=version, reviewers=[rita])
    with pytest.raises(Refused, match="already in review"):
        ask_review(by=carl, version=version, reviewers=[rita])


def test_an_old_version_cannot_be_asked_about(version: Version, carl: User, rita: User) -> None:
    newer(version, carl)
    version.refresh_from_db()
    with pytest.raises(Refused, match="no longer current"):
        ask_review(by=carl, version=version, reviewers=[rita])


def test_asking_looks_at_what_is_current_now_not_when_the_page_was_read(
    version: Version, carl: User, rita: User
) -> None:
    read_before = Version.objects.select_related("shot__current_version").get(pk=version.pk)
    newer(version, carl)
    with pytest.raises(Refused, match="no longer current"):
        ask_review(by=carl, version=read_before, reviewers=[rita])


def test_nothing_is_asked_in_an_archived_project(version: Version, carl: User, rita: User, pat: User) -> None:
    archive_project(by=pat, project=version.shot.project)
    with pytest.raises(Refused, match="archived"):
        ask_review(by=carl, version=version, reviewers=[rita])


def test_the_same_person_twice_is_asked_once(version: Version, carl: User, rita: User) -> None:
    asked = ask_review(by=carl, version=version, reviewers=[rita, rita])
    assert (asked.seats.count(), asked.needed) == (1, 1)


def test_withdrawing_makes_the_version_selected_again(version: Version, carl: User, rita: User) -> None:
    asked = ask_review(by=carl, version=version, reviewers=[rita])
    withdraw_round(by=carl, asked=asked)
    assert Round.objects.get(pk=asked.pk).state == RoundState.WITHDRAWN
    assert Shot.objects.get(pk=version.shot_id).state == "selected"


@pytest.mark.parametrize(("verdict", "state"), [("approve", "approved"), ("request_changes", "changes_wanted")])
def test_withdrawing_a_second_question_lets_the_first_answer_stand(
    version: Version, carl: User, rita: User, verdict: str, state: str
) -> None:
    first = ask_review(by=carl, version=version, reviewers=[rita])
    decide(by=rita, asked=first, verdict=Verdict(verdict), seen_sha256=first.file_sha256, reason="As it is")
    withdraw_round(by=carl, asked=ask_review(by=carl, version=version, reviewers=[rita]))
    assert Shot.objects.get(pk=version.shot_id).state == state


def test_withdrawing_tells_the_people_asked(version: Version, carl: User, rita: User) -> None:
    withdraw_round(by=carl, asked=ask_review(by=carl, version=version, reviewers=[rita]))
    assert "withdrew the review of Opening v1" in Notification.objects.filter(user=rita).latest("created_at").text


def test_withdrawing_twice_is_refused(version: Version, carl: User, rita: User) -> None:
    asked = ask_review(by=carl, version=version, reviewers=[rita])
    withdraw_round(by=carl, asked=asked)
    with pytest.raises(Refused, match="over already"):
        withdraw_round(by=carl, asked=asked)


def test_a_newer_version_ends_the_round_and_says_so(version: Version, carl: User, rita: User) -> None:
    asked = ask_review(by=carl, version=version, reviewers=[rita])
    supersede_rounds(by=carl, version=newer(version, carl))
    assert Round.objects.get(pk=asked.pk).state == RoundState.SUPERSEDED
    assert "replaced by v2" in Notification.objects.filter(user=rita).latest("created_at").text
