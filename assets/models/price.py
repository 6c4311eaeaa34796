"""What a clip costs: rows with a valid-from moment, never constants in code."""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone

from assets.models.line import LineStop
from assets.models.names import MODEL_NAMES
from projects.goals import Seconds
from projects.models import Organisation, Row, User


class PriceQuerySet(models.QuerySet["Price"]):
    """Prices by organisation and moment."""

    def visible_to(self, user: User) -> Self:
        """Kie's list (no organisation) and the rows of the person's organisations."""
        return self.filter(Q(organisation=None) | Q(organisation__in=Organisation.objects.visible_to(user)))

    def known_to(self, organisation: Organisation) -> Self:
        """Kie's list and the organisation's own rows, of any time."""
        return self.filter(Q(organisation=None) | Q(organisation=organisation))

    def in_force(self, organisation: Organisation, at: datetime) -> Self:
        """Rows that may apply, best first: begun, of no other organisation; own before Kie's, later before earlier.

        Each knows whether Kie has switched its model off.
        """
        stops = LineStop.objects.open().filter(model=models.OuterRef("model"))
        return (
            self.known_to(organisation)
            .filter(valid_from__lte=at)
            .annotate(model_stopped=models.Exists(stops))
            .order_by(models.F("organisation").desc(nulls_last=True), "-valid_from", "-created_at")
        )

    def each_in_force(self, organisation: Organisation, at: datetime) -> list["Price"]:
        """The one row that applies for each model, length and sound, closed ones too, in the order of a price list."""
        best: dict[tuple[str, int, bool], Price] = {}
        for row in self.in_force(organisation, at).select_related("set_by"):
            best.setdefault((row.model, row.seconds, row.sound), row)
        return [best[key] for key in sorted(best)]


class Price(Row):
    """Credits for one take of a model, length and sound, from a moment on. Seeded with Kie's list of October 2026."""

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="prices"
    )
    model = models.CharField(max_length=60)
    seconds = models.PositiveSmallIntegerField(choices=Seconds)
    sound = models.BooleanField()
    credits = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    valid_from = models.DateTimeField()
    set_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text="Kie charged more than this: closed until an admin sets a price."
    )

    model_stopped = False  # known to rows of `in_force`

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ("model", "seconds", "sound", "-valid_from")
        constraints = (models.CheckConstraint(condition=Q(credits__gte=0), name="price_not_negative"),)

    def __str__(self) -> str:
        return f"{self.what}: {self.credits} credits"

    @property
    def what(self) -> str:
        """What it is the price of, in words."""
        return f"{self.model_name}, {self.seconds} s {'with sound' if self.sound else 'silent'}"

    @property
    def model_name(self) -> str:
        """The model as people call it."""
        return MODEL_NAMES.get(self.model, self.model)

    def is_in_force_for(self, organisation: Organisation) -> bool:
        """Whether this row is the one that the organisation pays now."""
        rows = Price.objects.in_force(organisation, timezone.now())
        first = rows.filter(model=self.model, seconds=self.seconds, sound=self.sound).first()
        return first is not None and first.pk == self.pk

    @property
    def shut(self) -> str:
        """Why nothing can be generated at this price now, in a sentence; empty when it can."""
        if self.model_stopped:
            return (
                f"Kie has switched {self.model_name} off. "
                "An admin opens it again under Needs attention once Kie has it back."
            )
        if self.closed_at:
            return f"Kie charged more than the price of {self.what} says, so it is closed until an admin confirms it."
        return ""

    @property
    def a_second(self) -> Decimal:
        """Credits for one second of video."""
        return self.credits / self.seconds
