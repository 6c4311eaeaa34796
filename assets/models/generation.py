"""The job behind a take: states, attempts and the row that each move leaves.

Who may move where stands in `TRANSITIONS`; `assets.pipeline` moves by conditional UPDATE: a lost race changes nothing.
"""

from datetime import datetime
from decimal import Decimal
from typing import Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from assets.models.price import Price
from assets.models.take import Take
from projects.models import Organisation, Project, Row, User


class GenerationState(models.TextChoices):
    """Where a job stands. READY, FAILED and CANCELLED are ends."""

    QUEUED = "queued", "Queued"
    SUBMITTING = "submitting", "Submitting"
    UNKNOWN = "unknown", "Answer unknown"
    RUNNING = "running", "Generating"
    FETCHING = "fetching", "Fetching"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    NEEDS_ATTENTION = "needs_attention", "Needs attention"
    CANCELLED = "cancelled", "Cancelled"


_S = GenerationState
UNFETCHED = (_S.FETCHING, _S.NEEDS_ATTENTION)
END_STATES = frozenset({_S.READY, _S.FAILED, _S.CANCELLED})
# What goes back to QUEUED does so on the same hold: the provider refused for certain, nothing was charged.
TRANSITIONS: dict[GenerationState, frozenset[GenerationState]] = {
    # To RUNNING: sent again as a person asked, and the lost task turns up before it has left.
    _S.QUEUED: frozenset({_S.SUBMITTING, _S.RUNNING, _S.FAILED, _S.CANCELLED}),
    _S.SUBMITTING: frozenset({_S.QUEUED, _S.RUNNING, _S.UNKNOWN, _S.FAILED}),
    _S.UNKNOWN: frozenset({_S.RUNNING, _S.NEEDS_ATTENTION}),
    _S.RUNNING: frozenset({_S.FETCHING, _S.FAILED, _S.NEEDS_ATTENTION}),
    _S.FETCHING: frozenset({_S.READY, _S.FAILED, _S.NEEDS_ATTENTION}),
    _S.NEEDS_ATTENTION: frozenset({_S.RUNNING, _S.FETCHING, _S.FAILED, _S.QUEUED}),
    _S.READY: frozenset(),
    _S.FAILED: frozenset(),
    _S.CANCELLED: frozenset(),
}


class FailureClass(models.TextChoices):
    """Why a job failed, in the words people see."""

    PROVIDER = "provider", "Provider failure"
    MODERATION = "moderation", "Refused by moderation"
    INVALID_INPUT = "invalid_input", "Invalid input"
    OUT_OF_CREDITS = "out_of_credits", "Out of Kie credits"
    UNKNOWN = "unknown", "Outcome unknown"
    BAD_RESULT = "bad_result", "Result was no usable clip"


class GenerationQuerySet(models.QuerySet["Generation"]):
    """Generations by who may see them and what is due."""

    def visible_to(self, user: User) -> Self:
        """Jobs of the person's organisations."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def charged_above_hold(self) -> Self:
        """Kie took more for its task than was held."""
        return self.filter(charged__gt=F("held"))

    def unfetched(self, before: datetime) -> Self:
        """Kie was done with them before that moment, and their results are not here."""
        return self.filter(state__in=UNFETCHED, done_at__lte=before).exclude(result_url="")

    def unfinished(self) -> Self:
        """Not at an end."""
        return self.exclude(state__in=END_STATES)


class Generation(Row):
    """One Kie task for one take, its states and what it cost.

    `due_at` is when the machine should look at it next (empty: never, a person must); `held` and `charged` are credits.
    """

    take = models.OneToOneField(Take, on_delete=models.PROTECT, related_name="generation")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="generations")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="generations")
    state = models.CharField(max_length=16, choices=GenerationState, default=GenerationState.QUEUED)
    state_since = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    price = models.ForeignKey(Price, on_delete=models.PROTECT, related_name="+")
    held = models.DecimalField(max_digits=10, decimal_places=2)
    charged = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    reported = models.DecimalField(
        max_digits=12, decimal_places=4, null=True, blank=True, help_text="Credits that recordInfo says the task took."
    )
    task_id = models.CharField(max_length=200, blank=True)
    result_url = models.TextField(blank=True)
    failure_class = models.CharField(max_length=16, choices=FailureClass, blank=True)
    failure_text = models.CharField(max_length=500, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField("provider done at", null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    fetch_tries = models.PositiveSmallIntegerField(default=0)
    alarms = models.PositiveSmallIntegerField(
        default=0, help_text="How often people were told that the result isn't here."
    )

    objects = GenerationQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["due_at"], condition=Q(due_at__isnull=False), name="generation_due"),
            models.Index(fields=["done_at"], condition=Q(state__in=UNFETCHED), name="generation_unfetched"),
            models.Index(fields=["organisation", "state", "finished_at"]),
            models.Index(fields=["project", "state"]),
        )
        constraints = (
            models.CheckConstraint(condition=Q(state__in=GenerationState.values), name="generation_state_known"),
            models.UniqueConstraint(fields=["task_id"], condition=~Q(task_id=""), name="one_generation_a_task"),
            models.CheckConstraint(
                condition=~Q(state="failed") | ~Q(failure_class=""), name="failed_generation_says_why"
            ),
        )

    def __str__(self) -> str:
        return f"{self.take} ({self.get_state_display()})"

    @property
    def is_over(self) -> bool:
        """Whether the job has reached an end."""
        return self.state in END_STATES

    @property
    def cost(self) -> Decimal:
        """Credits: what was charged if it is known, else what is held."""
        return self.held if self.charged is None else self.charged

    @property
    def above(self) -> Decimal:
        """Credits that Kie took above the hold."""
        return max((self.charged or Decimal(0)) - self.held, Decimal(0))

    @property
    def ledger_key(self) -> str:
        """The opaque key under which the ledger knows this job."""
        return f"generation:{self.pk}"


class Outcome(models.TextChoices):
    """What a call of createTask came to."""

    PENDING = "pending", "No answer yet"
    ACCEPTED = "accepted", "Accepted"
    REFUSED = "refused", "Refused"
    UNKNOWN = "unknown", "Unknown"


class Attempt(Row):
    """One call of createTask, never sent again. `token` ends its callback URL and proves that a task is ours."""

    generation = models.ForeignKey(Generation, on_delete=models.PROTECT, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    token = models.CharField(max_length=64, unique=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, default=Outcome.PENDING)
    task_id = models.CharField(max_length=200, blank=True)
    code = models.CharField(max_length=20, blank=True)
    answer = models.CharField(max_length=1000, blank=True, help_text="Beginning of the answer, secrets removed.")
    balance_before = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    balance_after = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    callback_at = models.DateTimeField(null=True, blank=True)
    callback_task_id = models.CharField(
        max_length=200,
        blank=True,
        help_text="Named by a callback; proves nothing until recordInfo repeats our address.",
    )

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=["generation", "number"], name="attempt_number_once"),
            models.UniqueConstraint(fields=["task_id"], condition=~Q(task_id=""), name="one_attempt_a_task"),
        )

    def __str__(self) -> str:
        return f"Attempt {self.number} of {self.generation_id}"

    @property
    def balance_change(self) -> Decimal | None:
        """Credits by which the account fell between the two readings; None when one is missing."""
        if self.balance_before is None or self.balance_after is None:
            return None
        return self.balance_before - self.balance_after


class GenerationMove(Row):
    """One move of a job: from where to where, when, by whom (empty: the machine) and why."""

    generation = models.ForeignKey(Generation, on_delete=models.PROTECT, related_name="moves")
    old = models.CharField(max_length=16, choices=GenerationState, blank=True)
    new = models.CharField(max_length=16, choices=GenerationState)
    by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("created_at", "id")

    def __str__(self) -> str:
        return f"{self.old or 'new'} → {self.new}"
