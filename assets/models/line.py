"""The line to Kie.ai, shared by all organisations: stops, the limits that all processes keep, balance readings."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assets.models.names import MODEL_NAMES
from projects.models import Row, User


class StopReason(models.TextChoices):
    """Why nothing is submitted until somebody acts, in the words people see."""

    KEY = "key", "Kie.ai doesn't accept our key"
    CREDITS = "credits", "The Kie.ai account is out of credits"
    CAP = "cap", "The Kie.ai key has reached its own cap"
    MODEL = "model", "Kie.ai has switched a model off"


class LineStopQuerySet(models.QuerySet["LineStop"]):
    """Stops by whether they still hold."""

    def open(self) -> Self:
        """Those that still hold submissions back."""
        return self.filter(cleared_at=None)

    def of_line(self) -> Self:
        """Those that hold every submission back, whatever its model."""
        return self.filter(model="")

    def of_models(self) -> Self:
        """Those that hold one model's submissions back."""
        return self.exclude(model="")


class LineStop(Row):
    """Submissions stand still from `created_at` until `cleared_at`; takes keep their place and their hold.

    With a `model` only those of that model do: Kie has switched it off, and only an admin opens it again.
    `balance` (credits) is what the account had when it was first asked after the stop. `cleared_by` is empty when a
    check of the account started the line again.
    """

    reason = models.CharField(max_length=12, choices=StopReason)
    model = models.CharField(max_length=60, blank=True, help_text="The one model that is held back; empty: all are.")
    text = models.CharField(max_length=300, blank=True, help_text="What Kie.ai said.")
    balance = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    cleared_at = models.DateTimeField(null=True, blank=True)
    cleared_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = LineStopQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["reason", "model"], condition=Q(cleared_at=None), name="one_open_stop_a_reason_and_model"
            ),
            models.CheckConstraint(
                condition=Q(reason="model", model__gt="") | (~Q(reason="model") & Q(model="")),
                name="a_closed_model_has_a_name",
            ),
        )

    def __str__(self) -> str:
        return f"Kie.ai has switched {self.model_name} off" if self.model else self.get_reason_display()

    @property
    def model_name(self) -> str:
        """The closed model as people call it; empty for a stop of the whole line."""
        return MODEL_NAMES.get(self.model, self.model)


class RateSlot(models.Model):
    """One of the calls that a limit allows in its window; free again from `free_at` on."""

    limit = models.CharField(max_length=12)
    number = models.PositiveSmallIntegerField()
    free_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=["limit", "free_at"]),)
        constraints = (models.UniqueConstraint(fields=["limit", "number"], name="rate_slot_once"),)

    def __str__(self) -> str:
        return f"{self.limit} {self.number}"


class BalanceReading(Row):
    """What the Kie.ai account held at `created_at`, in credits."""

    credits = models.DecimalField(max_digits=14, decimal_places=4)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["-created_at", "-id"]),)

    def __str__(self) -> str:
        return f"{self.credits} credits at {self.created_at:%Y-%m-%d %H:%M}"
