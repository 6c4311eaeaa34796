"""Deciding: one person, one exact file, one effect."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from assets.models import Shot, Version
from projects.errors import Refused
from projects.models import AuditEntry, Notification, User
from reviews.actions.asking import ask_review, withdraw_round
from reviews.actions.decisions import decide
from reviews.deliverable import NotDeliverable, approval_of
from reviews.models import Decision, Round, RoundState, Verdict
from tests.factories import TakeFactory, VersionFactory

OTHER_FILE = "0" * 64


@pytest.fixture
def version(shot: Shot, carl: User) -> Version:
    """Carl's v1."""
    return VersionFactory.create(take=TakeFactory.create(shot=shot, created_by=carl))


@pytest.fixture
def asked(version: Version, carl: User, rita: User, pat: User) -> Round:
    """Rita and Pat are asked; both must approve."""
    return ask_review(by=carl, version=version, reviewers=[rita, pat])


def approve(by: User, asked: Round) -> Decision:
    """Approve the file under review."""
    return decide(by=by, asked=asked, verdict=Verdict.APPROVE, seen_sha256=asked.file_sha256)


def object_to(by: User, asked: Round, reason: str = "The logo is cut off") -> Decision:
    """Request changes to the file under review."""
    return decide(by=by, asked=asked, verdict=Verdict.REQUEST_CHANGES, seen_sha256=asked.file_sha256, reason=reason)


def test_all_needed_approvals_approve_the_shot(asked: Round, rita: User, pat: User) -> None:
    approve(rita, asked)
    assert Round.objects.get(pk=asked.pk).state == RoundState.OPEN
    approve(pat, asked)
    assert Shot.objects.get(pk=asked.shot_id).state == "approved"


def test_a_request_for_changes_ends_the_round(asked: Round, rita: User) -> None:
    object_to(rita, asked)
    assert Round.objects.get(pk=asked.pk).state == RoundState.CHANGES_WANTED
    assert Shot.objects.get(pk=asked.shot_id).state == "changes_wanted"


def test_a_request_for_changes_needs_a_reason(asked: Round, rita: User) -> None:
    with pytest.raises(Refused, match="needs a reason"):
        object_to(rita, asked, reason="  ")


def test_the_database_refuses_a_rejection_without_a_reason(asked: Round, rita: User) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Decision.objects.create(round=asked, by=rita, verdict="reject", file_sha256=asked.file_sha256)


def test_another_file_than_the_one_under_review_is_refused(asked: Round, rita: User) -> None:
    with pytest.raises(Refused, match="not the file under review"):
        decide(by=rita, asked=asked, verdict=Verdict.APPROVE, seen_sha256=OTHER_FILE)


def test_approving_twice_has_one_effect(asked: Round, rita: User, pat: User) -> None:
    approve(pat, asked)
    assert approve(rita, asked) == approve(rita, asked)
    assert AuditEntry.objects.filter(verb="decided", actor=rita).count() == 1


def test_a_changed_mind_replaces_the_decision_and_keeps_the_history(asked: Round, rita: User) -> None:
    first = approve(rita, asked)
    object_to(rita, asked)
    first.refresh_from_db()
    assert first.replaced_at is not None
    assert Decision.objects.filter(round=asked, by=rita).count() == 2


def test_the_maker_cannot_approve(asked: Round, carl: User) -> None:
    with pytest.raises(PermissionDenied):
        approve(carl, asked)


def test_a_producer_who_made_the_take_cannot_approve_it(shot: Shot, pat: User, rita: User, carl: User) -> None:
    version = VersionFactory.create(take=TakeFactory.create(shot=shot, created_by=carl), selected_by=carl)
    asked = ask_review(by=carl, version=version, reviewers=[rita, pat])
    Version.objects.filter(pk=version.pk).update(selected_by=pat)
    with pytest.raises(Refused, match="somebody else has to decide"):
        approve(pat, asked)


def test_somebody_who_was_not_asked_cannot_decide(asked: Round, alice: User) -> None:
    with pytest.raises(Refused, match="not asked"):
        approve(alice, asked)


def test_a_withdrawn_round_takes_no_decision(asked: Round, carl: User, rita: User) -> None:
    withdraw_round(by=carl, asked=asked)
    with pytest.raises(Refused, match="over"):
        approve(rita, asked)


def test_a_decision_on_a_replaced_version_is_refused(asked: Round, carl: User, rita: User) -> None:
    VersionFactory.create(take=TakeFactory.create(shot=asked.shot, created_by=carl), number=2)
    with pytest.raises(Refused, match="no longer current"):
        approve(rita, asked)


def test_the_maker_is_told_what_should_change(asked: Round, carl: User, rita: User) -> None:
    object_to(rita, asked)
    told = Notification.objects.get(user=carl)
    assert (told.kind, "The logo is cut off" in told.text) == ("changes_wanted", True)


def test_an_approval_stands_for_the_current_file_only(asked: Round, carl: User, rita: User, pat: User) -> None:
    approve(rita, asked)
    approve(pat, asked)
    assert approval_of(asked.version) == asked
    VersionFactory.create(take=TakeFactory.create(shot=asked.shot, created_by=carl), number=2)
    with pytest.raises(NotDeliverable, match="no longer current"):
        approval_of(Version.objects.get(pk=asked.version_id))
