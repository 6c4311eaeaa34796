"""Reconciliations: what Kie's balance lost in a window against what the ledger booked in it."""

from django.db import models
from django.db.models import F, Q

from projects.models import Row, User


class Reconciliation(Row):
    """One window, whose names are those of `assets.reconciling`; credits. `by` is empty when the daily round did it.

    The account at Kie is one for all organisations of an installation, and so is this. Each window begins where the one
    before it ended: no credit falls between two.
    """

    begins_at = models.DateTimeField(unique=True)
    ends_at = models.DateTimeField()
    before = models.DecimalField(max_digits=14, decimal_places=4)
    after = models.DecimalField(max_digits=14, decimal_places=4)
    booked = models.DecimalField(max_digits=14, decimal_places=4)
    in_flight = models.DecimalField(max_digits=14, decimal_places=4)
    topped_up = models.DecimalField(max_digits=14, decimal_places=4)
    drift = models.DecimalField(max_digits=14, decimal_places=4)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-ends_at", "-id")
        indexes = (models.Index(fields=["-ends_at", "-id"]),)
        constraints = (
            models.CheckConstraint(condition=Q(ends_at__gt=F("begins_at")), name="reconciliation_forward"),
            models.CheckConstraint(condition=Q(drift__gte=0) & Q(topped_up__gte=0), name="reconciliation_signs"),
        )

    def __str__(self) -> str:
        return f"{self.begins_at:%Y-%m-%d %H:%M} to {self.ends_at:%Y-%m-%d %H:%M} UTC"
