"""Decide: one person, one exact file, one current decision."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assets.actions.shots import set_shot_state
from assets.models.shot import ShotState
from projects.access import member_for, require
from projects.actions.audit import log
from projects.actions.notify import tell
from projects.errors import Refused
from projects.models import NotificationKind, User
from projects.roles import Right
from reviews.actions.asking import authors_of, end_round
from reviews.actions.locking import lock_shot
from reviews.models import Decision, Round, RoundState, Seat, Verdict
from reviews.policy import Ruling, ruling


class NoReason(Refused):
    """A decision against a clip that doesn't say what should change."""

    field = "reason"


_ENDS = {
    Ruling.APPROVED: (RoundState.APPROVED, ShotState.APPROVED),
    Ruling.CHANGES_WANTED: (RoundState.CHANGES_WANTED, ShotState.CHANGES_WANTED),
}


@transaction.atomic
def decide(*, by: User, asked: Round, verdict: Verdict, seen_sha256: str, reason: str = "") -> Decision:
    """Record what `by` says about the file they saw (`seen_sha256`) and end the round if that settles it.

    The same decision twice (two tabs, a double click) has one effect. A different one replaces the earlier while the
    round is open. Raises Refused with a sentence; PermissionDenied without the right.
    """
    shot = lock_shot(asked.shot_id)
    asked = Round.objects.select_related("organisation", "version__clip").get(pk=asked.pk)
    asked.shot = asked.version.shot = shot
    require(member_for(by, asked.organisation_id), Right.DECIDE)
    reason = reason.strip()
    standing = Decision.objects.filter(round=asked, by=by, replaced_at=None).first()
    if standing and (standing.verdict, standing.reason, standing.file_sha256) == (verdict, reason, seen_sha256):
        return standing
    _check_decision(by, asked, verdict, seen_sha256, reason)
    now = timezone.now()
    Decision.objects.filter(round=asked, by=by, replaced_at=None).update(replaced_at=now)
    decision = Decision.objects.create(
        round=asked, by=by, verdict=verdict, reason=reason, file_sha256=seen_sha256, created_at=now
    )
    Seat.objects.filter(round=asked, user=by).update(decided_at=now, verdict=verdict)
    log(
        organisation=asked.organisation,
        by=by,
        verb="decided",
        target=asked.version,
        changes={
            "verdict": (standing.verdict if standing else "", str(verdict)),
            "file": ("", seen_sha256),
            "reason": ("", reason),
        },
    )
    _settle(asked, decision)
    return decision


def _check_decision(by: User, asked: Round, verdict: Verdict, seen_sha256: str, reason: str) -> None:
    version = asked.version
    if version.shot.current_version_id != version.pk:
        raise Refused(f"{version} is no longer current. Look at {version.shot.current_version} and decide there.")
    if asked.state != RoundState.OPEN:
        raise Refused(f"This round is over ({asked.get_state_display().lower()}). Nothing was changed.")
    if not asked.seats.filter(user=by).exists():
        raise Refused("You were not asked in this round. Write a note, or ask to be added.")
    if by in authors_of(version):
        raise Refused("You made this version; somebody else has to decide about it.")
    if seen_sha256 != asked.file_sha256 or asked.file_sha256 != version.clip.sha256:
        raise Refused("The file you looked at is not the file under review. Reload the page and look again.")
    if verdict != Verdict.APPROVE and not reason:
        raise NoReason("Say what should change: a decision against a clip needs a reason.")


def _settle(asked: Round, decision: Decision) -> None:
    verdicts = Decision.objects.filter(round=asked, replaced_at=None).values_list("verdict", flat=True)
    result = ruling(needed=asked.needed, verdicts=verdicts)
    if result in _ENDS:
        round_state, shot_state = _ENDS[result]
        if end_round(asked, round_state):
            set_shot_state(asked.shot, shot_state)
    _tell_makers(asked, decision)


def _tell_makers(asked: Round, decision: Decision) -> None:
    version = asked.version
    makers = {asked.asked_by, *authors_of(version)} - {decision.by}
    against = decision.verdict != Verdict.APPROVE
    words = {
        Verdict.APPROVE: f"{decision.by} approved {version}",
        Verdict.REQUEST_CHANGES: f"{decision.by} asks for changes to {version}: {decision.reason}",
        Verdict.REJECT: f"{decision.by} rejected {version}: {decision.reason}",
    }
    tell(
        users=makers,
        organisation=asked.organisation,
        kind=NotificationKind.CHANGES_WANTED if against else NotificationKind.DECIDED,
        text=words[Verdict(decision.verdict)],
        path=reverse("version_review", args=[version.pk]),
    )
