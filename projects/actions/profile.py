"""What people change about themselves. They may be in several organisations: each one's log gets the row."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import transaction

from projects.actions.audit import log
from projects.errors import Refused
from projects.models import Member, NotificationKind, NotificationPreference, User
from projects.models.user import validate_zone


class Wish(NamedTuple):
    """Whether to be told of one kind of thing in the app, and by mail."""

    in_app: bool
    by_mail: bool


@transaction.atomic
def change_profile(*, by: User, name: str, time_zone: str) -> None:
    """Change one's own name and time zone (an IANA name). Raises Refused."""
    if not name.strip():
        raise Refused("A name is needed: it stands beside what you write and decide.")
    try:
        validate_zone(time_zone)
    except ValidationError as error:
        raise Refused(error.messages[0]) from error
    old = User.objects.get(pk=by.pk)
    by.name, by.time_zone = name.strip(), time_zone
    changes = {
        field: (getattr(old, field), getattr(by, field))
        for field in ("name", "time_zone")
        if getattr(old, field) != getattr(by, field)
    }
    if changes:
        by.save(update_fields=["name", "time_zone"])
        log_everywhere(by, "changed their profile", changes)


@transaction.atomic
def set_preferences(*, by: User, wishes: Mapping[NotificationKind, Wish]) -> None:
    """Set what one wants to be told, by kind; kinds not named stay as they are."""
    old = preferences(by)
    changes = {kind: wish for kind, wish in wishes.items() if old[kind] != wish}
    for kind, wish in changes.items():
        NotificationPreference.objects.update_or_create(user=by, kind=kind, defaults=wish._asdict())
    if changes:
        words = {str(kind): (_words(old[kind]), _words(wish)) for kind, wish in changes.items()}
        log_everywhere(by, "changed their notifications", words)


def preferences(user: User) -> dict[NotificationKind, Wish]:
    """Every kind with the person's wish; both on where none was said."""
    said = {
        NotificationKind(row.kind): Wish(row.in_app, row.by_mail)
        for row in NotificationPreference.objects.filter(user=user)
    }
    return {kind: said.get(kind, Wish(True, True)) for kind in NotificationKind}


def _words(wish: Wish) -> str:
    ways = [word for on, word in ((wish.in_app, "in the app"), (wish.by_mail, "by mail")) if on]
    return " and ".join(ways) or "off"


def log_everywhere(user: User, verb: str, changes: dict[str, tuple[Any, Any]]) -> None:
    """One row in the log of each organisation the person is in now."""
    for member in Member.objects.active().filter(user=user).select_related("organisation"):
        log(organisation=member.organisation, by=user, verb=verb, target=user, changes=changes)
