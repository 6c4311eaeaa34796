"""Shots and their versions."""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from projects.models import Project, Row, User


class Stage(models.TextChoices):
    """Where a shot stands on the rail Input → Generation → Review → Delivery."""

    INPUT = "input", "Input"
    GENERATION = "generation", "Generation"
    REVIEW = "review", "Review"
    DELIVERY = "delivery", "Delivery"


class ShotState(models.TextChoices):
    """What a shot waits for. `STAGE_OF` maps each to its segment of the rail."""

    DRAFT = "draft", "No takes yet"
    GENERATING = "generating", "Generating"
    NEEDS_ATTENTION = "needs_attention", "Needs attention"
    TRIAGE = "triage", "Ready to triage"
    SELECTED = "selected", "Version selected"
    IN_REVIEW = "in_review", "In review"
    CHANGES_WANTED = "changes_wanted", "Changes wanted"
    APPROVED = "approved", "Approved"
    DELIVERED = "delivered", "Delivered"


STAGE_OF: dict[ShotState, Stage] = {
    ShotState.DRAFT: Stage.INPUT,
    ShotState.GENERATING: Stage.GENERATION,
    ShotState.NEEDS_ATTENTION: Stage.GENERATION,
    ShotState.TRIAGE: Stage.GENERATION,
    ShotState.SELECTED: Stage.REVIEW,
    ShotState.IN_REVIEW: Stage.REVIEW,
    ShotState.CHANGES_WANTED: Stage.REVIEW,
    ShotState.APPROVED: Stage.DELIVERY,
    ShotState.DELIVERED: Stage.DELIVERY,
}


class ShotQuerySet(models.QuerySet["Shot"]):
    """Shots by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Shots of the person's organisations."""
        return self.filter(project__in=Project.objects.visible_to(user))


class Shot(Row):
    """One wanted clip of a project.

    `state`, `spent` (credits settled), `running` (unfinished generations) and `open_notes` are kept current by the
    actions that cause them, so that a board of shots reads one row each, however many takes there are.
    """

    OWNER: ClassVar[str] = "project"

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="shots")
    number = models.PositiveIntegerField(help_text="Within the project, in the order of creation.")
    name = models.CharField(max_length=120)
    description = models.TextField(max_length=2000, blank=True)
    state = models.CharField(max_length=16, choices=ShotState, default=ShotState.DRAFT)
    state_since = models.DateTimeField(default=timezone.now)
    current_version = models.ForeignKey(
        "assets.Version", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    poster_clip = models.ForeignKey("assets.Clip", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    spent = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    running = models.PositiveIntegerField(default=0)
    open_notes = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = ShotQuerySet.as_manager()

    class Meta:
        ordering = ("number",)
        indexes = (models.Index(fields=["project", "state"]),)
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="shot_number_once_a_project"),
            models.CheckConstraint(condition=Q(state__in=ShotState.values), name="shot_state_known"),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The shot's takes."""
        return reverse("take_list", args=[self.pk])

    @property
    def stage(self) -> Stage:
        """The segment of the rail this shot stands in."""
        return STAGE_OF[ShotState(self.state)]


class VersionQuerySet(models.QuerySet["Version"]):
    """Versions by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Versions of the person's organisations."""
        return self.filter(shot__in=Shot.objects.visible_to(user))


class Version(Row):
    """A take that a person selected: v1, v2, … of its shot. It is reviewed and delivered; it never changes."""

    OWNER: ClassVar[str] = "shot__project"

    shot = models.ForeignKey(Shot, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    take = models.OneToOneField("assets.Take", on_delete=models.PROTECT, related_name="version")
    clip = models.ForeignKey("assets.Clip", on_delete=models.PROTECT, related_name="versions")
    selected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        constraints = (models.UniqueConstraint(fields=["shot", "number"], name="version_number_once_a_shot"),)

    def __str__(self) -> str:
        return f"{self.shot} v{self.number}"

    def get_absolute_url(self) -> str:
        """The review room of this version."""
        return reverse("version_review", args=[self.pk])
