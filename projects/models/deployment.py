"""Which deployment this database belongs to."""

from django.db import models
from django.db.models import Q

from projects.models.base import Row
from projects.models.user import User


class Deployment(Row):
    """One row, whose id is the instance's. `parts`: keyed hashes of what names the deployment (`projects.deployment`).

    `bound_by` is empty when the first start or the command bound it.
    """

    only = models.BooleanField(default=True, unique=True)
    parts = models.JSONField(default=dict)
    bound_at = models.DateTimeField()
    bound_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = (models.CheckConstraint(condition=Q(only=True), name="one_deployment"),)

    def __str__(self) -> str:
        return f"Instance {self.pk}"
