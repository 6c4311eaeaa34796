"""What a person was told, in the app and by mail, and what they want to be told."""

from typing import Self

from django.db import models
from django.db.models import Q

from projects.models.base import Row
from projects.models.organisation import Organisation
from projects.models.user import User


class NotificationKind(models.TextChoices):
    """Why somebody is told something."""

    REVIEW_ASKED = "review_asked", "Review asked"
    DECIDED = "decided", "Decided"
    CHANGES_WANTED = "changes_wanted", "Changes wanted"
    FAILED = "failed", "A take failed"
    NEEDS_ATTENTION = "needs_attention", "A job needs attention"


class NotificationQuerySet(models.QuerySet["Notification"]):
    """Notifications by whom they are for."""

    def visible_to(self, user: User) -> Self:
        """A person's own, shown in the app, from organisations they are still in."""
        return self.of(user).filter(in_app=True)

    def of(self, user: User) -> Self:
        """A person's own, also those that went out by mail only, from organisations they are still in."""
        return self.filter(user=user, organisation__in=Organisation.objects.visible_to(user))

    def unread(self) -> Self:
        """Not looked at yet."""
        return self.filter(read_at=None)


class Notification(Row):
    """One message to one person. `path` is the page it leads to, without the host."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notifications")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=24, choices=NotificationKind)
    text = models.CharField(max_length=300)
    path = models.CharField(max_length=200)
    in_app = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)
    read_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["user", "-created_at", "-id"]),
            models.Index(fields=["user"], condition=Q(read_at=None, in_app=True), name="notification_unread"),
        )

    def __str__(self) -> str:
        return self.text


class NotificationPreference(Row):
    """A person's wish for one kind. No row means: both on."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notification_preferences")
    kind = models.CharField(max_length=24, choices=NotificationKind)
    in_app = models.BooleanField(default=True)
    by_mail = models.BooleanField(default=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "kind"], name="one_wish_a_kind"),)

    def __str__(self) -> str:
        return f"{self.user}: {self.get_kind_display()}"
