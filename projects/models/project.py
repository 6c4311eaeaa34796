"""Projects and their briefs."""

from collections.abc import Iterable
from typing import ClassVar, Self
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.urls import reverse

from projects.goals import GOALS, Goal, GoalDefaults, Ratio, Route, Seconds
from projects.models.base import Row
from projects.models.organisation import Organisation
from projects.models.user import User


class ProjectQuerySet(models.QuerySet["Project"]):
    """Projects by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Projects of the person's organisations."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def current(self) -> Self:
        """Not archived."""
        return self.filter(archived_at=None)

    def archived(self) -> Self:
        """Put away."""
        return self.filter(archived_at__isnull=False)

    def called(self, text: str) -> Self:
        """Those with a piece of text in their name or their client's; all for no text."""
        return self.filter(Q(name__icontains=text) | Q(client__icontains=text)) if text else self

    def shot_counts(self, projects: Iterable["Project"]) -> dict[UUID, int]:
        """How many shots each of these has, in one query that touches no other project."""
        keys = [project.pk for project in projects]
        return dict(self.filter(pk__in=keys).values_list("pk").annotate(Count("shots")))


class Project(Row):
    """Work for one goal and client; it has one brief and any number of shots."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="projects")
    name = models.CharField(max_length=120)
    client = models.CharField(max_length=120, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    archived_at = models.DateTimeField(null=True, blank=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["organisation", "-created_at", "-id"]),)
        constraints = (
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(archived_at=None), name="project_name_once_an_organisation"
            ),
        )

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """The project's board."""
        return reverse("project_board", args=[self.pk])


class Brief(Row):
    """What a project is for. Empty overrides mean: as the goal proposes."""

    OWNER: ClassVar[str] = "project"

    project = models.OneToOneField(Project, on_delete=models.PROTECT, related_name="brief")
    goal = models.CharField("output goal", max_length=24, choices=Goal)
    audience = models.CharField(max_length=300, blank=True)
    message = models.TextField(max_length=2000, blank=True)
    acceptance_criteria = models.JSONField(default=list, blank=True)
    deadline = models.DateTimeField(null=True, blank=True)
    route = models.CharField(max_length=8, choices=Route, blank=True)
    seconds = models.PositiveSmallIntegerField(choices=Seconds, null=True, blank=True)
    aspect_ratio = models.CharField("ratio", max_length=8, choices=Ratio, blank=True)
    sound = models.BooleanField(null=True, blank=True)
    takes = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(4)]
    )

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(goal__in=Goal.values), name="brief_goal_known"),)

    def __str__(self) -> str:
        return f"Brief of {self.project}"

    @property
    def defaults(self) -> GoalDefaults:
        """What new shots of the project start with: the goal's proposal with this brief's overrides."""
        goal = GOALS[Goal(self.goal)]
        return GoalDefaults(
            route=Route(self.route) if self.route else goal.route,
            seconds=Seconds(self.seconds) if self.seconds else goal.seconds,
            aspect_ratio=Ratio(self.aspect_ratio) if self.aspect_ratio else goal.aspect_ratio,
            sound=goal.sound if self.sound is None else self.sound,
            takes=self.takes or goal.takes,
            why=goal.why,
        )
