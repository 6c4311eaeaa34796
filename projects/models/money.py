"""Budgets and the ledger. Credits are Decimal; USD is credits × the organisation's rate.

A budget's `held`, `settled` and `overrun` are cached sums of its ledger rows; they move in the statement that guards
the limit (`projects.actions.money`). Ledger rows are never changed or deleted: a correction is a contrary row.

    held    = Σ hold − Σ settle − Σ release
    settled = Σ settle + Σ overrun + Σ correction           (all that was charged, overruns included)
    overrun = Σ overrun + Σ corrections upwards             (the part of it that no hold had covered)

A hold is taken only while `held + settled <= limit` stays true, so overruns eat into the limit like everything else.
The constraint leaves them out: the provider charged them whatever the limit says, and the truth must be bookable.
"""

from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Round
from django.utils import timezone

from projects.models.append_only import AppendOnly, AppendOnlyQuerySet
from projects.models.base import Row
from projects.models.organisation import Organisation
from projects.models.project import Project
from projects.models.user import User


class LedgerKind(models.TextChoices):
    """What a ledger row says."""

    HOLD = "hold", "Held"
    SETTLE = "settle", "Settled"
    RELEASE = "release", "Released"
    OVERRUN = "overrun", "Overrun"
    CORRECTION = "correction", "Correction"


class BudgetQuerySet(models.QuerySet["Budget"]):
    """Budgets by who may see them (the right SEE_MONEY is checked by the view)."""

    def visible_to(self, user: User) -> Self:
        """Budgets of the person's organisations."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def of_months(self, organisation: Organisation) -> Self:
        """The organisation's own, newest month first."""
        return self.filter(organisation=organisation, project=None).order_by("-month")


class Budget(Row):
    """A limit in credits: of an organisation for one month (`month` set), or of a project for its whole life."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="budgets")
    project = models.OneToOneField(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="budget")
    month = models.DateField(null=True, blank=True, help_text="First day of the month, UTC.")
    limit = models.DecimalField("limit (credits)", max_digits=12, decimal_places=2)
    held = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    settled = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))
    overrun = models.DecimalField(max_digits=12, decimal_places=2, default=Decimal(0))

    objects = BudgetQuerySet.as_manager()

    class Meta:
        ordering = ("-month", "created_at")
        constraints = (
            models.UniqueConstraint(fields=["organisation", "month"], name="one_budget_a_month"),
            models.CheckConstraint(
                condition=Q(project=None, month__isnull=False) | Q(project__isnull=False, month=None),
                name="budget_of_month_or_project",
            ),
            models.CheckConstraint(condition=Q(held__gte=0), name="budget_held_not_negative"),
            models.CheckConstraint(condition=Q(settled__gte=0), name="budget_settled_not_negative"),
            models.CheckConstraint(
                # SQLite keeps decimals as binary fractions: sums are rounded back to hundredths before comparing.
                condition=Q(limit__gte=Round(F("held") + F("settled") - F("overrun"), precision=2)),
                name="budget_never_over_limit",
            ),
        )

    def __str__(self) -> str:
        return f"{self.project}" if self.project_id else f"{self.month:%B %Y}"

    @property
    def free(self) -> Decimal:
        """Credits that may still be held; never below zero."""
        return max(self.limit - self.held - self.settled, Decimal(0))


class LedgerQuerySet(AppendOnlyQuerySet["LedgerEntry"]):
    """Ledger rows by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Rows of the person's organisations."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def of_months(self, organisation: Organisation) -> Self:
        """Each movement once: the rows on the organisation's own budgets, without their copies on projects' budgets."""
        return self.filter(organisation=organisation, of_month=True)


class LedgerEntry(AppendOnly):
    """One movement on one budget. `key` is opaque here (`generation:<id>`); `credits` is positive but for corrections.

    Every key moves one month's budget and, where the project has one, the project's with the same rows. `by` is the
    person whose request it was, on all rows of the key.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="ledger")
    budget = models.ForeignKey(Budget, on_delete=models.PROTECT, related_name="entries")
    project = models.ForeignKey(Project, null=True, blank=True, on_delete=models.PROTECT, related_name="ledger")
    of_month = models.BooleanField(
        default=True, help_text="On the organisation's month; not, on the copy of it that a project's budget has."
    )
    key = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=LedgerKind)
    credits = models.DecimalField(max_digits=12, decimal_places=2)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=200, blank=True, help_text="What it was called that day, for reading.")
    at = models.DateTimeField(default=timezone.now)

    objects = LedgerQuerySet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (
            # One for each way the ledger page is filtered, so that a page of it reads fifty rows and no more.
            models.Index(fields=["organisation", "-at", "-id"], condition=Q(of_month=True), name="ledger_all"),
            models.Index(fields=["organisation", "kind", "-at", "-id"], condition=Q(of_month=True), name="ledger_kind"),
            models.Index(fields=["by", "-at", "-id"], condition=Q(of_month=True), name="ledger_person"),
            models.Index(fields=["project", "-at", "-id"], condition=Q(of_month=True), name="ledger_project"),
            models.Index(fields=["budget", "-at", "-id"], name="ledger_budget"),
            models.Index(fields=["key"], name="ledger_key"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["budget", "key", "kind"], condition=~Q(kind="correction"), name="ledger_kind_once_a_key"
            ),
            models.CheckConstraint(condition=Q(kind="correction") | Q(credits__gte=0), name="ledger_credits_positive"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.credits} ({self.key})"
