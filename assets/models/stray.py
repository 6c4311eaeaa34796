"""Tasks at Kie that no job waits for: a second one of a generation, or one that turned up after a person's choice."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assets.models.generation import Attempt
from projects.models import Organisation, Row, User


class StrayEnd(models.TextChoices):
    """What became of a stray task, in the words people see."""

    SUCCESS = "success", "Made a clip"
    FAIL = "fail", "Failed at Kie"
    ABSENT = "absent", "Kie doesn't know it"
    ENDLESS = "endless", "No end within a day"


class StrayTaskQuerySet(models.QuerySet["StrayTask"]):
    """Stray tasks by what is still to be done about them."""

    def open(self) -> Self:
        """Those whose end isn't known yet."""
        return self.filter(over_at=None)

    def to_be_noted(self) -> Self:
        """Those that made a clip, cost credits or don't end, and that no admin has noted."""
        told = Q(end__in=(StrayEnd.SUCCESS, StrayEnd.ENDLESS)) | Q(charged__gt=0)
        return self.filter(told, over_at__isnull=False, noted_at=None)


class StrayTask(Row):
    """The task of an attempt that its job doesn't follow. It is asked for to its end, booked and shown.

    `charged`: credits that Kie took for it. `beside`: they come on top of what the job itself was charged; otherwise
    they take the place of what a person had assumed. `due_at`: when it is asked for next.
    """

    attempt = models.OneToOneField(Attempt, on_delete=models.PROTECT, related_name="stray")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="stray_tasks")
    due_at = models.DateTimeField(default=timezone.now)
    over_at = models.DateTimeField(null=True, blank=True)
    end = models.CharField(max_length=8, choices=StrayEnd, blank=True)
    charged = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    beside = models.BooleanField(default=True)
    result_url = models.TextField(blank=True)
    noted_at = models.DateTimeField(null=True, blank=True)
    noted_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = StrayTaskQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["due_at"], condition=Q(over_at=None), name="stray_due"),)
        constraints = (
            models.CheckConstraint(condition=Q(charged__gte=0), name="stray_charge_not_negative"),
            models.CheckConstraint(
                condition=Q(over_at=None, end="") | Q(over_at__isnull=False, end__gt=""), name="stray_end_known"
            ),
        )

    def __str__(self) -> str:
        return f"Task {self.attempt.task_id}"
