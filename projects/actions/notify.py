"""Tell people something, in the app and by mail, as each of them wishes."""

from collections.abc import Iterable

from django.db import transaction

from projects.models import Member, Notification, NotificationKind, NotificationPreference, Organisation, User
from projects.queue import enqueue


def tell(*, users: Iterable[User], organisation: Organisation, kind: NotificationKind, text: str, path: str) -> None:
    """One notification a person (never two for one call); `path` is the page it leads to, from `reverse`.

    Only active members of the organisation hear of its work. Mail is queued in the same transaction, a worker sends it.
    """
    members = Member.objects.active().filter(organisation=organisation, user__in={user.pk for user in users})
    people = {member.user_id: member.user for member in members.select_related("user")}
    wishes = {wish.user_id: wish for wish in NotificationPreference.objects.filter(user__in=people, kind=kind)}
    rows = []
    for pk, person in people.items():
        wish = wishes.get(pk)
        in_app, by_mail = (wish.in_app, wish.by_mail) if wish else (True, True)
        if in_app or by_mail:
            rows.append(
                Notification(
                    user=person,
                    organisation=organisation,
                    kind=kind,
                    text=text[:300],
                    path=path,
                    in_app=in_app,
                    by_mail=by_mail,
                )
            )
    with transaction.atomic():
        Notification.objects.bulk_create(rows)
        for row in rows:
            if row.by_mail:
                enqueue("projects.tasks.mail_notification", row.pk)
