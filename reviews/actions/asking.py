"""Ask people to judge a version, take the question back, and end it when a newer version arrives."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from assets.actions.shots import refuse_archived, set_shot_state
from assets.models import Version
from assets.models.shot import ShotState
from projects.access import member_for, require
from projects.actions.audit import log
from projects.actions.notify import tell
from projects.errors import Refused
from projects.models import Member, NotificationKind, User
from projects.roles import Right
from reviews.actions.locking import lock_shot
from reviews.models import PackageItem, Round, RoundState, Seat


def authors_of(version: Version) -> set[User]:
    """The people who made this version: who asked for the take and who selected it. They may not approve it."""
    return {version.take.created_by, version.selected_by}


@transaction.atomic
def ask_review(
    *,
    by: User,
    version: Version,
    reviewers: Sequence[User],
    needed: int | None = None,
    due_at: datetime | None = None,
    message: str = "",
) -> Round:
    """Open a round on the shot's current version; `needed` approvals suffice (all of `reviewers` when None).

    Raises Refused with a sentence; PermissionDenied without the right.
    """
    version.shot = lock_shot(version.shot_id)
    organisation = version.shot.project.organisation
    require(member_for(by, organisation.pk), Right.ASK_REVIEW)
    reviewers = list(dict.fromkeys(reviewers))
    needed = len(reviewers) if needed is None else needed
    refuse_archived(version.shot.project)
    _check_question(version, reviewers, needed, due_at)
    asked = _open(
        Round(
            organisation=organisation,
            shot=version.shot,
            version=version,
            file_sha256=version.clip.sha256,
            needed=needed,
            due_at=due_at,
            message=message,
            asked_by=by,
        )
    )
    Seat.objects.bulk_create(Seat(round=asked, user=user) for user in reviewers)
    set_shot_state(version.shot, ShotState.IN_REVIEW)
    _announce(asked, reviewers)
    return asked


def _announce(asked: Round, reviewers: Sequence[User]) -> None:
    by, version, organisation = asked.asked_by, asked.version, asked.organisation
    names = ", ".join(str(user) for user in reviewers)
    log(organisation=organisation, by=by, verb="asked for review", target=version, changes={"reviewers": ("", names)})
    tell(
        users=reviewers,
        organisation=organisation,
        kind=NotificationKind.REVIEW_ASKED,
        text=f"{by} asks for your review of {version}",
        path=reverse("version_review", args=[version.pk]),
    )


def _open(asked: Round) -> Round:
    try:
        with transaction.atomic():
            asked.save(force_insert=True)
    except IntegrityError as error:
        raise Refused(f"“{asked.shot}” is already in review. Withdraw that round first.") from error
    return asked


def _check_question(version: Version, reviewers: Sequence[User], needed: int, due_at: datetime | None) -> None:
    if version.shot.current_version_id != version.pk:
        raise Refused(f"{version} is no longer current. Ask for a review of {version.shot.current_version} instead.")
    if not reviewers:
        raise Refused("Pick at least one reviewer.")
    if not 1 <= needed <= len(reviewers):
        raise Refused(f"{needed} approvals can't come from {len(reviewers)} people. Pick a number they can reach.")
    if due_at and due_at <= timezone.now():
        raise Refused("The deadline lies in the past. Pick a later one.")
    own = authors_of(version)
    members = Member.objects.active().filter(organisation=version.shot.project.organisation, user__in=reviewers)
    roles = {member.user_id: member for member in members}
    for user in reviewers:
        if user in own:
            raise Refused(f"{user} made this version and can't approve it. Ask somebody else.")
        if user.pk not in roles or not roles[user.pk].can(Right.DECIDE):
            raise Refused(f"{user} may not approve clips here. Ask a reviewer, a producer or an admin.")


def end_round(asked: Round, state: RoundState) -> bool:
    """Close an open round; False when somebody else closed it before. Only one caller ever gets True."""
    now = timezone.now()
    won = Round.objects.filter(pk=asked.pk, state=RoundState.OPEN).update(state=state, ended_at=now)
    if won:
        asked.state, asked.ended_at = state, now
    return bool(won)


@transaction.atomic
def withdraw_round(*, by: User, asked: Round) -> None:
    """Take the question back: what an earlier round said about the version stands again, and the people asked are told.

    Raises Refused when the round is over.
    """
    require(member_for(by, asked.organisation_id), Right.ASK_REVIEW)
    shot = lock_shot(asked.shot_id)
    if not end_round(asked, RoundState.WITHDRAWN):
        raise Refused("This round is over already; there is nothing to withdraw.")
    set_shot_state(shot, _standing_state(asked.version))
    log(organisation=asked.organisation, by=by, verb="withdrew the review", target=asked.version)
    _tell_seats(asked, by, f"{by} withdrew the review of {asked.version}; it is no longer needed", asked.version)


def _standing_state(version: Version) -> ShotState:
    """The state of a shot in which nothing is asked about its current version."""
    last = Round.objects.filter(version=version).exclude(state=RoundState.WITHDRAWN).first()
    if last is None or last.state not in (RoundState.APPROVED, RoundState.CHANGES_WANTED):
        return ShotState.SELECTED
    if last.state == RoundState.CHANGES_WANTED:
        return ShotState.CHANGES_WANTED
    handed_over = PackageItem.objects.filter(version=version, package__sealed_at__isnull=False).exists()
    return ShotState.DELIVERED if handed_over else ShotState.APPROVED


def supersede_rounds(*, by: User, version: Version) -> None:
    """A newer version was selected: an open round on an older one ends, and the people asked are told."""
    for asked in Round.objects.filter(shot=version.shot, state=RoundState.OPEN).exclude(version=version):
        if not end_round(asked, RoundState.SUPERSEDED):
            continue
        changes = {"version": (str(asked.version), str(version))}
        log(organisation=asked.organisation, by=by, verb="replaced in review", target=asked.version, changes=changes)
        _tell_seats(asked, by, f"{asked.version} was replaced by v{version.number}; the review of it is over", version)


def _tell_seats(asked: Round, by: User, text: str, version: Version) -> None:
    tell(
        users=[seat.user for seat in asked.seats.select_related("user") if seat.user_id != by.pk],
        organisation=asked.organisation,
        kind=NotificationKind.DECIDED,
        text=text,
        path=reverse("version_review", args=[version.pk]),
    )
