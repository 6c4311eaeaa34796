"""Django's admin, for looking. What the product changes goes through its actions, which check, log and tell; so here
nothing can be added, changed or deleted but an account's flags.
"""

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from projects.models import (
    AuditEntry,
    Brief,
    Budget,
    Invitation,
    LedgerEntry,
    Member,
    Notification,
    Organisation,
    Project,
    User,
)

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[models.Model]
else:  # generic for the type checker only
    _Admin = admin.ModelAdmin


class LookOnly(_Admin):
    """Rows to read: no adding, changing or deleting, by no button and no address."""

    actions = None

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never."""
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(LookOnly):
    """The audit log."""

    list_display = ("created_at", "organisation", "actor_name", "verb", "target_type", "target_label")
    list_filter = ("organisation", "target_type")
    search_fields = ("actor_name", "target_label", "verb")
    list_select_related = ("organisation",)
    show_full_result_count = False


@admin.register(LedgerEntry)
class LedgerEntryAdmin(LookOnly):
    """The ledger."""

    list_display = ("at", "organisation", "project", "kind", "credits", "what")
    list_filter = ("organisation", "kind")
    search_fields = ("key", "what")
    list_select_related = ("organisation", "project")
    show_full_result_count = False


@admin.register(Budget)
class BudgetAdmin(LookOnly):
    """Limits and their cached sums."""

    list_display = ("__str__", "organisation", "limit", "held", "settled", "overrun")
    list_filter = ("organisation",)
    list_select_related = ("organisation", "project")


@admin.register(Organisation)
class OrganisationAdmin(LookOnly):
    """Teams."""

    list_display = ("name", "monthly_limit", "usd_per_credit", "created_at")
    search_fields = ("name",)


@admin.register(Member)
class MemberAdmin(LookOnly):
    """Who is in which organisation as what."""

    list_display = ("user", "organisation", "role", "is_active", "created_at")
    list_filter = ("organisation", "role", "is_active")
    search_fields = ("user__name", "user__email")
    list_select_related = ("user", "organisation")


@admin.register(Invitation)
class InvitationAdmin(LookOnly):
    """Invitations, without what makes their links."""

    exclude = ("nonce", "token_hash")
    list_display = ("email", "organisation", "role", "invited_by", "expires_at", "accepted_at", "revoked_at")
    list_filter = ("organisation",)
    list_select_related = ("organisation", "invited_by")


@admin.register(Project)
class ProjectAdmin(LookOnly):
    """Projects."""

    list_display = ("name", "organisation", "client", "created_at", "archived_at")
    list_filter = ("organisation",)
    search_fields = ("name", "client")
    list_select_related = ("organisation",)


@admin.register(Brief)
class BriefAdmin(LookOnly):
    """Briefs."""

    list_display = ("project", "goal", "deadline")
    list_filter = ("goal",)
    list_select_related = ("project",)


@admin.register(Notification)
class NotificationAdmin(LookOnly):
    """What people were told, and whether the mail went out."""

    list_display = ("created_at", "user", "kind", "read_at", "by_mail", "mailed_at")
    list_filter = ("kind", "by_mail")
    list_select_related = ("user",)
    show_full_result_count = False


@admin.register(User)
class UserAdmin(LookOnly):
    """Accounts. Whether one may log in, and open this admin, is decided here; the rest is the person's own."""

    list_display = ("email", "name", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "time_zone", "is_active", "is_staff", "is_superuser", "last_login", "date_joined")
    readonly_fields = ("email", "name", "time_zone", "last_login", "date_joined")

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Only who may do everything may let others in."""
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))
