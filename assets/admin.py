"""Django's admin, for looking: clips, jobs and prices change through the actions alone."""

from django.contrib import admin

from assets.models import Asset, Attempt, Clip, Generation, GenerationMove, Price, Reconciliation, Shot, Take, Version
from projects.admin import LookOnly


@admin.register(Asset)
class AssetAdmin(LookOnly):
    """The library."""

    list_display = ("name", "organisation", "licence", "consent", "expires_on", "retired_at")
    list_filter = ("organisation", "licence")
    search_fields = ("name",)
    list_select_related = ("organisation",)


@admin.register(Price)
class PriceAdmin(LookOnly):
    """Kie's list and what organisations set."""

    list_display = ("model", "seconds", "sound", "credits", "organisation", "valid_from", "closed_at")
    list_filter = ("model", "organisation")
    list_select_related = ("organisation",)


@admin.register(Shot)
class ShotAdmin(LookOnly):
    """Wanted clips."""

    list_display = ("name", "project", "number", "state", "running", "spent", "open_notes")
    list_filter = ("state",)
    search_fields = ("name", "project__name")
    list_select_related = ("project",)
    show_full_result_count = False


@admin.register(Take)
class TakeAdmin(LookOnly):
    """Requests as they were sent."""

    list_display = ("shot", "number", "route", "seconds", "sound", "rating", "created_by", "created_at")
    list_filter = ("route", "seconds", "sound")
    search_fields = ("shot__name", "prompt")
    list_select_related = ("shot", "created_by")
    show_full_result_count = False


@admin.register(Version)
class VersionAdmin(LookOnly):
    """Takes that people selected."""

    list_display = ("shot", "number", "selected_by", "created_at")
    search_fields = ("shot__name",)
    list_select_related = ("shot", "selected_by")


@admin.register(Clip)
class ClipAdmin(LookOnly):
    """Stored videos."""

    list_display = ("take", "width", "height", "frames", "duration_ms", "size", "sha256")
    search_fields = ("sha256", "take__shot__name")
    list_select_related = ("take__shot",)
    show_full_result_count = False


@admin.register(Generation)
class GenerationAdmin(LookOnly):
    """Jobs, their states and what they cost."""

    list_display = ("take", "state", "state_since", "held", "charged", "failure_class", "task_id")
    list_filter = ("state", "failure_class", "organisation")
    search_fields = ("task_id", "take__shot__name")
    list_select_related = ("take__shot",)
    show_full_result_count = False


@admin.register(Attempt)
class AttemptAdmin(LookOnly):
    """Calls of createTask; the token of the callback address is a secret and stays out."""

    list_display = ("generation_id", "number", "sent_at", "outcome", "task_id", "code")
    list_filter = ("outcome",)
    search_fields = ("task_id",)
    exclude = ("token",)
    show_full_result_count = False


@admin.register(GenerationMove)
class GenerationMoveAdmin(LookOnly):
    """What each job went through."""

    list_display = ("created_at", "generation_id", "old", "new", "by", "why")
    list_filter = ("new",)
    list_select_related = ("by",)
    show_full_result_count = False


@admin.register(Reconciliation)
class ReconciliationAdmin(LookOnly):
    """Kie's balance against the ledger, a row a window."""

    list_display = ("ends_at", "begins_at", "before", "after", "booked", "in_flight", "topped_up", "drift", "by")
    list_select_related = ("by",)
