"""What people think of takes: rate, select, discard, restore; and the same request once more.

Each raises PermissionDenied for somebody without the right and Refused for what can't be done; then nothing changed.
"""

from decimal import Decimal

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from assets.actions.generate import request_takes
from assets.actions.shots import refresh_shot, refuse_archived, set_shot_state
from assets.models import DiscardReason, Shot, Take, Version
from assets.models.generation import GenerationState
from assets.models.shot import ShotState
from assets.requests import request_of
from assets.signals import version_selected
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import User
from projects.roles import Right


def _locked(take: Take, by: User) -> Take:
    """The take as it is now, behind the lock on its shot: selecting and discarding can't cross. Asks for the right."""
    require(member_for(by, take.shot.project.organisation_id), Right.SELECT_TAKE)
    Shot.objects.select_for_update().get(pk=take.shot_id)
    return Take.objects.select_related(
        "shot__project__organisation", "generation", "clip", "version", "image__asset"
    ).get(pk=take.pk)


def _version(take: Take) -> Version | None:
    return getattr(take, "version", None)


def _name(take: Take) -> str:
    return f"Take {take.number}"


def _refuse_unready(take: Take, what: str) -> None:
    if take.generation.state != GenerationState.READY:
        state = take.generation.get_state_display().lower()
        raise Refused(f"{_name(take)} is not ready ({state}), so it can't be {what}.")


@transaction.atomic
def rate_take(*, by: User, take: Take, rating: int | None) -> Take:
    """Give a ready take 1 to 5, or take the rating back (None). Raises Refused."""
    if rating is not None and rating not in range(1, 6):
        raise Refused("A rating is 1 to 5.")
    now = _locked(take, by)
    _refuse_unready(now, "rated")
    if now.rating != rating:
        log(
            organisation=now.shot.project.organisation,
            by=by,
            verb="rated",
            target=now,
            changes={"rating": (now.rating, rating)},
        )
        now.rating = rating
        now.save(update_fields=["rating"])
    return now


@transaction.atomic
def select_take(*, by: User, take: Take) -> Version:
    """Make a ready take the shot's next version and its current one; twice gives the same version. Raises Refused.

    Sends `version_selected` inside the transaction, so that what follows from it stands or falls with it.
    """
    now = _locked(take, by)
    if version := _version(now):
        return version
    refuse_archived(now.shot.project)
    _refuse_unready(now, "selected")
    if now.discarded_at:
        raise Refused(f"{_name(now)} is discarded. Restore it first.")
    shot = now.shot
    last = shot.versions.aggregate(last=Max("number"))["last"] or 0
    version = Version.objects.create(shot=shot, number=last + 1, take=now, clip=now.clip, selected_by=by)
    Shot.objects.filter(pk=shot.pk).update(current_version=version)
    shot.current_version = version
    set_shot_state(shot, ShotState.SELECTED)
    refresh_shot(shot.pk)
    log(organisation=shot.project.organisation, by=by, verb="selected", target=now, label=f"{now} as v{version.number}")
    version_selected.send(sender=Version, version=version, by=by)
    return version


@transaction.atomic
def discard_take(*, by: User, take: Take, reason: str) -> Take:
    """Put a finished take aside, with a reason; it can be restored. Raises Refused for a version or a running take."""
    if reason not in DiscardReason.values:
        raise Refused("Choose why the take is put aside.")
    now = _locked(take, by)
    if version := _version(now):
        raise Refused(f"{_name(now)} is v{version.number} of this shot, so it stays in the history.")
    if not now.generation.is_over:
        raise Refused(f"{_name(now)} is still being made. Wait until it is done, or cancel it.")
    if now.discarded_at is None:
        now.discarded_at, now.discard_reason = timezone.now(), reason
        now.save(update_fields=["discarded_at", "discard_reason"])
        refresh_shot(now.shot_id)
        why = now.get_discard_reason_display()
        log(
            organisation=now.shot.project.organisation,
            by=by,
            verb="discarded",
            target=now,
            changes={"reason": ("", why)},
        )
    return now


@transaction.atomic
def restore_take(*, by: User, take: Take) -> Take:
    """Bring a discarded take back; one that is not discarded stays as it is."""
    now = _locked(take, by)
    if now.discarded_at is not None:
        now.discarded_at, now.discard_reason = None, ""
        now.save(update_fields=["discarded_at", "discard_reason"])
        refresh_shot(now.shot_id)
        log(organisation=now.shot.project.organisation, by=by, verb="restored", target=now)
    return now


def retry_take(*, by: User, take: Take, request_key: str, price_shown: Decimal | None = None) -> Take:
    """The same request once more: a new take with its own hold and this one as parent. Raises as `request_takes`.

    A take whose outcome isn't known yet is not asked for again: it may be running, and paid, already.
    """
    if not take.generation.is_over:
        raise Refused(f"{_name(take)} is not finished yet. Wait for it, so that nothing is paid twice.")
    return request_takes(
        by=by,
        shot=take.shot,
        wanted=request_of(take),
        takes=1,
        request_key=request_key,
        parent=take,
        price_shown=price_shown,
    )[0]
