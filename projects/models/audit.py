"""The audit log: who did what to which thing, as it was called that day, with old and new values."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from projects.models.append_only import AppendOnly, AppendOnlyQuerySet
from projects.models.organisation import Organisation
from projects.models.user import User
from projects.roles import Role

MACHINE = "machine"


class AuditQuerySet(AppendOnlyQuerySet["AuditEntry"]):
    """Audit rows by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Rows of the organisations the person administers."""
        return self.filter(
            organisation__members__user=user,
            organisation__members__role=Role.ADMIN,
            organisation__members__is_active=True,
        )

    def vocabulary(self) -> list[tuple[str, str]]:
        """What these rows say was done to which kind of thing: (verb, model name), each pair once."""
        return list(self.order_by().values_list("verb", "target_type").distinct())

    def matching(
        self,
        *,
        person: str = "",
        verb: str = "",
        kind: str = "",
        text: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> Self:
        """Rows for filters; empty ones leave all. `person` is an id or MACHINE; `until` is the first moment after."""
        wanted = Q()
        if person:
            wanted &= Q(actor=None) if person == MACHINE else Q(actor=person)
        if verb:
            wanted &= Q(verb=verb)
        if kind:
            wanted &= Q(target_type=kind)
        if text:
            wanted &= Q(target_label__icontains=text) | Q(actor_name__icontains=text)
        if since:
            wanted &= Q(created_at__gte=since)
        if until:
            wanted &= Q(created_at__lt=until)
        return self.filter(wanted)


class AuditEntry(AppendOnly):
    """One action. `actor` is empty when the machine acted; `changes` maps a field to [old, new]."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="audit")
    actor = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(max_length=254)
    verb = models.CharField(max_length=60)
    target_type = models.CharField(max_length=40)
    target_id = models.CharField(max_length=64)
    target_label = models.CharField(max_length=200)
    changes = models.JSONField(default=dict, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name_plural = "audit entries"
        indexes = (
            models.Index(fields=["organisation", "-created_at", "-id"]),
            models.Index(fields=["organisation", "verb", "-created_at", "-id"]),
            models.Index(fields=["target_type", "target_id"]),
        )

    def __str__(self) -> str:
        return f"{self.actor_name} {self.verb} {self.target_label}"
