"""Mails, sent by workers. Each may be called twice or late: a row's `mailed_at`, set once, decides who sends."""

from collections.abc import Callable
from functools import wraps

import structlog
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.db import models
from django.urls import reverse
from django.utils import timezone

from projects.deployment import safe_mode
from projects.invitation_tokens import token_of
from projects.links import absolute, password_path
from projects.mail import greeting, send
from projects.models import Invitation, Member, Notification, User

logger = structlog.get_logger(__name__)


def _quietly(task: Callable[[str], None]) -> Callable[[str], None]:
    """A task that fails says so in the log and nowhere else; the message is never repeated by the queue.

    In safe mode nothing is sent; the row stays unmailed, and is asked for again while it is news.
    """

    @wraps(task)
    def inner(key: str) -> None:
        try:
            if safe_mode():
                logger.info("not_mailed_in_safe_mode", task=task.__name__, key=key)
            else:
                task(key)
        except Exception as error:  # a mail server's library raises anything
            logger.error("task_failed", task=task.__name__, key=key, error=type(error).__name__)

    return inner


def _once[M: models.Model](row: M, act: Callable[[M], None]) -> None:
    """Call `act` if this is the first to set the row's `mailed_at`; give it back when that fails."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    if not rows.filter(mailed_at=None).update(mailed_at=timezone.now()):
        return
    try:
        act(row)
    except Exception:
        rows.update(mailed_at=None)
        raise


@_quietly
def mail_notification(key: str) -> None:
    """Mail one notification, if its person is still a member there."""
    row = Notification.objects.filter(pk=key, by_mail=True).select_related("user", "organisation").first()
    if row is None:
        return
    if Member.objects.active().filter(user=row.user, organisation=row.organisation).exists():
        _once(row, _send_notification)
    else:  # they left meanwhile: done with, so that nobody asks for this mail again
        _once(row, lambda _: None)


@_quietly
def mail_invitation(key: str) -> None:
    """Mail the link of one invitation while it can be used."""
    row = Invitation.objects.open().filter(pk=key).select_related("organisation", "invited_by").first()
    if row:
        _once(row, _send_invitation)


@_quietly
def mail_password_link(key: str) -> None:
    """Mail somebody the link that sets a new password. Sent twice, both links work until one is used."""
    user = User.objects.filter(pk=key, is_active=True).first()
    if user:
        send(
            template="password",
            to=user.email,
            subject="Set your password for Kling CMS",
            context={"greeting": greeting(user), "url": absolute(password_path(user)), "email": user.email},
        )


@_quietly
def mail_address_link(key: str) -> None:
    """Mail the link that proves an address to be somebody's; `key` is the id of an address not proved yet."""
    address = EmailAddress.objects.filter(pk=key, verified=False).select_related("user").first()
    if address:
        path = reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
        send(
            template="address",
            to=address.email,
            subject="Confirm your address for Kling CMS",
            context={"greeting": greeting(address.user), "url": absolute(path), "email": address.email},
        )


def _send_notification(row: Notification) -> None:
    send(
        template="notification",
        to=row.user.email,
        subject=f"{row.get_kind_display()}: {row.text}",
        context={
            "greeting": greeting(row.user),
            "text": row.text,
            "organisation": row.organisation.name,
            "url": absolute(reverse("notification_open", args=[row.pk])),
            "preferences_url": absolute(reverse("notification_preferences")),
        },
    )


def _send_invitation(row: Invitation) -> None:
    send(
        template="invitation",
        to=row.email,
        subject=f"{row.invited_by} invites you to {row.organisation.name}",
        context={
            "invitation": row,
            "url": absolute(reverse("invitation_accept", args=[token_of(row.pk, row.nonce)])),
        },
    )
