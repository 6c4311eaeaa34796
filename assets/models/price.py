"""What a clip costs: rows with a valid-from moment, never constants in code."""

from datetime import datetime
from typing import Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q

from projects.goals import Seconds
from projects.models import Organisation, Row, User


class PriceQuerySet(models.QuerySet["Price"]):
    """Prices by organisation and moment."""

    def visible_to(self, user: User) -> Self:
        """Kie's list (no organisation) and the rows of the person's organisations."""
        return self.filter(Q(organisation=None) | Q(organisation__in=Organisation.objects.visible_to(user)))

    def in_force(self, organisation: Organisation, at: datetime) -> Self:
        """Rows that may apply, best first: begun, not of another organisation; own before Kie's, later before earlier."""
        return self.filter(Q(organisation=None) | Q(organisation=organisation), valid_from__lte=at).order_by(
            models.F("organisation").desc(nulls_last=True), "-valid_from", "-created_at"
        )


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

    objects = PriceQuerySet.as_manager()

    class Meta:
        ordering = ("model", "seconds", "sound", "-valid_from")
        constraints = (models.CheckConstraint(condition=Q(credits__gte=0), name="price_not_negative"),)

    def __str__(self) -> str:
        return f"{self.model} {self.seconds} s {'with sound' if self.sound else 'silent'}: {self.credits} credits"
