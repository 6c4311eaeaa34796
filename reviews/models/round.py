"""Review rounds: a version, the people asked (seats), what each decided, and what follows from it."""

from typing import Self

from django.db import models
from django.db.models import F, Q

from assets.models import Shot, Version
from projects.models import Organisation, Row, User


class RoundState(models.TextChoices):
    """Where a round stands; every state but OPEN is an end."""

    OPEN = "open", "In review"
    APPROVED = "approved", "Approved"
    CHANGES_WANTED = "changes_wanted", "Changes wanted"
    SUPERSEDED = "superseded", "Replaced by a newer version"
    WITHDRAWN = "withdrawn", "Withdrawn"


class Verdict(models.TextChoices):
    """What a person can say about a version."""

    APPROVE = "approve", "Approved"
    REQUEST_CHANGES = "request_changes", "Changes requested"
    REJECT = "reject", "Rejected"


class RoundQuerySet(models.QuerySet["Round"]):
    """Rounds by who may see them and whom they wait for."""

    def visible_to(self, user: User) -> Self:
        """Rounds of the person's organisations."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def waiting_for(self, user: User) -> Self:
        """Open rounds of current projects in which the person has a seat and has not decided."""
        return self.current().filter(seats__user=user, seats__decided_at=None)

    def current(self) -> Self:
        """Open rounds, those of archived projects left out: nobody waits for them."""
        return self.filter(state=RoundState.OPEN, shot__project__archived_at=None)

    def by_deadline(self) -> Self:
        """The earliest deadline first, those without one last."""
        return self.order_by(F("due_at").asc(nulls_last=True), "created_at", "id")


class Round(Row):
    """One question to some people about one version: may it go out? `needed` approvals of its seats suffice.

    `file_sha256` is the file the question is about; `needed` is the snapshot of the policy when the round began.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="rounds")
    shot = models.ForeignKey(Shot, on_delete=models.PROTECT, related_name="rounds")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="rounds")
    file_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=RoundState, default=RoundState.OPEN)
    needed = models.PositiveSmallIntegerField()
    due_at = models.DateTimeField(null=True, blank=True)
    message = models.TextField(max_length=1000, blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["organisation", "state", "due_at"]),)
        constraints = (
            models.UniqueConstraint(fields=["shot"], condition=Q(state="open"), name="one_open_round_a_shot"),
            models.CheckConstraint(condition=Q(needed__gte=1), name="round_needs_somebody"),
            models.CheckConstraint(condition=Q(state__in=RoundState.values), name="round_state_known"),
        )

    def __str__(self) -> str:
        return f"Review of {self.version}"


class Seat(Row):
    """One person asked in a round; `decided_at` and `verdict` repeat their current decision, for lists of seats."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="seats")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="seats")
    decided_at = models.DateTimeField(null=True, blank=True)
    verdict = models.CharField(max_length=16, choices=Verdict, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (models.UniqueConstraint(fields=["round", "user"], name="one_seat_a_person"),)

    def __str__(self) -> str:
        return f"{self.user} in {self.round}"


class Decision(Row):
    """What one person said about one exact file. A newer one of theirs replaces it; it stays in the history."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="decisions")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="decisions")
    verdict = models.CharField(max_length=16, choices=Verdict)
    reason = models.TextField(max_length=2000, blank=True)
    file_sha256 = models.CharField(max_length=64)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["round", "by"], condition=Q(replaced_at=None), name="one_current_decision_a_person"
            ),
            models.CheckConstraint(condition=Q(verdict="approve") | ~Q(reason=""), name="no_refusal_without_a_reason"),
        )

    def __str__(self) -> str:
        return f"{self.by}: {self.get_verdict_display()}"
