"""Reading what one was told, and the mails that got lost. No audit rows: this changes nothing for anybody else."""

from datetime import timedelta

from django.utils import timezone

from projects.models import Invitation, Notification, User
from projects.models.organisation import INVITATION_LIVES
from projects.queue import enqueue

MAIL_TASK = "projects.tasks.mail_notification"
INVITATION_TASK = "projects.tasks.mail_invitation"
BATCH = 100
PATIENCE = timedelta(minutes=1)
TOO_LATE = timedelta(hours=24)


def mark_read(*, by: User, notification: Notification) -> None:
    """Mark one of one's own as read; the first time counts."""
    Notification.objects.visible_to(by).unread().filter(pk=notification.pk).update(read_at=timezone.now())


def mark_all_read(*, by: User) -> int:
    """Mark everything of one's own as read; returns how many were not."""
    return Notification.objects.visible_to(by).unread().update(read_at=timezone.now())


def ask_again_for_lost_mail() -> int:
    """Queue the mails that should have gone out and didn't, because the queue may lose anything; returns how many.

    For the metronome. Younger than a minute: still under way. Older than a day: no news any more.
    """
    now = timezone.now()
    told = Notification.objects.filter(by_mail=True, created_at__lt=now - PATIENCE, created_at__gt=now - TOO_LATE)
    invited = Invitation.objects.open().filter(expires_at__lt=now + INVITATION_LIVES - PATIENCE)
    asked = 0
    for rows, task in ((told, MAIL_TASK), (invited, INVITATION_TASK)):
        for key in rows.filter(mailed_at=None).order_by("-created_at").values_list("pk", flat=True)[:BATCH]:
            enqueue(task, key)
            asked += 1
    return asked
