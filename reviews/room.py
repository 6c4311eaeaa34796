"""What the review room shows of one version, read in a fixed number of queries."""

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Prefetch

from assets.models import Version
from projects.models import Member, User
from projects.roles import Right
from reviews.models import Decision, Note, NoteAnswer, Round, RoundState, Seat, Verdict
from reviews.policy import in_words


@dataclass(frozen=True)
class SeatView:
    """One reviewer's dot: who, and the state to show (`waiting` or a verdict)."""

    user: User
    state: str
    reason: str


@dataclass(frozen=True)
class RoundView:
    """A round with its seats, the policy in words, and whether the looking person may decide now."""

    asked: Round
    seats: list[SeatView]
    words: str
    mine: Decision | None
    may_decide: bool
    why_not: str


def round_view(asked: Round, member: Member) -> RoundView:
    """Build the view of a round whose `seats__user` and `decisions__by` are prefetched."""
    standing = {decision.by_id: decision for decision in asked.decisions.all() if decision.replaced_at is None}
    seats = [_seat_view(seat, standing.get(seat.user_id)) for seat in asked.seats.all()]
    approvals = sum(seat.state == "approve" for seat in seats)
    why_not = _why_not(asked, member)
    return RoundView(
        asked=asked,
        seats=seats,
        words=in_words(needed=asked.needed, asked=len(seats), approvals=approvals),
        mine=standing.get(member.user_id),
        may_decide=not why_not,
        why_not=why_not,
    )


def _seat_view(seat: Seat, decision: Decision | None) -> SeatView:
    return SeatView(seat.user, decision.verdict if decision else "waiting", decision.reason if decision else "")


def _why_not(asked: Round, member: Member) -> str:
    if asked.state != RoundState.OPEN:
        return f"This round is over: {asked.get_state_display().lower()}."
    if not member.can(Right.DECIDE):
        return f"As a {member.get_role_display().lower()} you can write notes, not decide."
    if member.user_id not in {seat.user_id for seat in asked.seats.all()}:
        return "You were not asked in this round. You can write notes."
    return ""


def rounds_of(version: Version, member: Member) -> list[RoundView]:
    """All rounds of a version, newest first; three queries."""
    rounds = (
        Round.objects.filter(version=version)
        .select_related("asked_by", "organisation")
        .prefetch_related(
            Prefetch("seats", Seat.objects.select_related("user")),
            Prefetch("decisions", Decision.objects.select_related("by")),
        )
    )
    return [round_view(asked, member) for asked in rounds]


@dataclass(frozen=True)
class Thread:
    """A note and what was said to it, oldest first."""

    note: Note
    replies: list[Note]


def threads_of(version: Version) -> list[Thread]:
    """The notes by frame (whole-clip notes first) with replies and answering takes; two queries."""
    said = (
        Note.objects.filter(version=version)
        .select_related("author", "resolved_by")
        .prefetch_related(Prefetch("answers", NoteAnswer.objects.select_related("take")))
    )
    replies: dict[UUID, list[Note]] = {}
    notes = []
    for note in said:
        if note.parent_id:
            replies.setdefault(note.parent_id, []).append(note)
        else:
            notes.append(note)
    notes.sort(key=lambda note: (-1 if note.frame is None else note.frame, note.created_at))
    return [Thread(note, replies.get(note.pk, [])) for note in notes]


def latest_objection(version: Version) -> Decision | None:
    """The newest standing decision against a version, if there is one."""
    against = Decision.objects.filter(round__version=version, replaced_at=None).exclude(verdict=Verdict.APPROVE)
    return against.select_related("by").order_by("-created_at").first()
