"""Organisations, their members and the invitations that make members."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from projects.models.base import Row
from projects.models.user import User
from projects.roles import Right, Role, may

INVITATION_LIVES = timedelta(days=7)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Organisations by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Those the person is an active member of."""
        return self.filter(members__user=user, members__is_active=True)


class Organisation(Row):
    """A team with its own projects, assets, budgets and log."""

    name = models.CharField(max_length=120)
    monthly_limit = models.DecimalField(
        "monthly budget (credits)",
        max_digits=12,
        decimal_places=2,
        default=Decimal(0),
        validators=[MinValueValidator(0)],
    )
    usd_per_credit = models.DecimalField(max_digits=8, decimal_places=6, default=Decimal("0.005"))

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")

    def __str__(self) -> str:
        return self.name


class MemberQuerySet(models.QuerySet["Member"]):
    """Members by who may see them."""

    def active(self) -> Self:
        """Members who may log in and act."""
        return self.filter(is_active=True, user__is_active=True)

    def visible_to(self, user: User) -> Self:
        """Members of the person's organisations, deactivated ones included (history names them)."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))


class Member(Row):
    """A person in an organisation, with one role."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="members")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=16, choices=Role)
    is_active = models.BooleanField(default=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(fields=["organisation", "user"], name="one_membership_a_person"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="member_role_known"),
        )

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"

    def can(self, right: Right) -> bool:
        """Whether this member holds the right; a deactivated one holds none."""
        return self.is_active and may(self.role, right)


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations by state and by who may see them."""

    def open(self) -> Self:
        """Neither used, nor withdrawn, nor too old."""
        return self.waiting().filter(expires_at__gt=timezone.now())

    def waiting(self) -> Self:
        """Neither used nor withdrawn; too old ones too, which can be sent again."""
        return self.filter(accepted_at=None, revoked_at=None)

    def visible_to(self, user: User) -> Self:
        """Invitations of the person's organisations (the right MANAGE_MEMBERS is checked by the view)."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))


def invitation_expiry() -> datetime:
    """When an invitation made now stops working."""
    return timezone.now() + INVITATION_LIVES


class Invitation(Row):
    """A mail link, used once, bound to one address and one role.

    Only the hash of its token is kept; whoever holds SECRET_KEY can make the token again from `nonce`
    (`projects.invitation_tokens`), so that a worker can write the mail without any row carrying the token.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField()
    role = models.CharField(max_length=16, choices=Role)
    nonce = models.CharField(max_length=32, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="invitations_sent")
    expires_at = models.DateTimeField(default=invitation_expiry)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="invitations_used"
    )
    revoked_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "id")
        constraints = (
            models.CheckConstraint(condition=Q(role__in=Role.values), name="invitation_role_known"),
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="one_waiting_invitation_an_address",
            ),
        )

    def __str__(self) -> str:
        return f"{self.email} as {self.get_role_display().lower()}"

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at <= timezone.now()
