"""The four ways in which a person ends what the machine must not decide; each one audited, nothing automatic."""

from decimal import Decimal
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from assets.actions.charges import book_charge
from assets.actions.moves import move
from assets.actions.strays import let_go
from assets.models import Attempt, FailureClass, Generation, GenerationState, Outcome
from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import User
from projects.queue import enqueue
from projects.roles import Right

ADVANCE = "assets.tasks.advance"


class Choice(models.TextChoices):
    """What a person found out, in the words of the buttons."""

    ADOPT = "adopt", "Follow this Kie task"
    CHARGED = "charged", "Write off as charged"
    RELEASE = "release", "No task exists: release the hold"
    AGAIN = "again", "No task exists: try again"


@transaction.atomic
def resolve_attention(*, by: User, generation: Generation, choice: Choice, task_id: str = "") -> Generation:
    """Follow a person's choice for a job that needs attention. Raises Refused, and nothing has changed then."""
    found = Generation.objects.select_for_update(of=("self",)).select_related("take__shot", "organisation")
    job = found.get(pk=generation.pk)
    require(member_for(by, job.organisation_id), Right.RESOLVE_ATTENTION)
    if job.state != GenerationState.NEEDS_ATTENTION:
        raise Refused(f"This job is settled already: it is {job.get_state_display().lower()}. Nothing has changed.")
    if choice == Choice.ADOPT:
        _adopt(job, by, task_id.strip())
    elif choice == Choice.CHARGED:
        _write_off(job, by)
    else:
        _absent(job, by, again=choice == Choice.AGAIN)
    log(
        organisation=job.organisation,
        by=by,
        verb="settled a job that needed attention",
        target=job.take,
        changes={
            "state": (GenerationState.NEEDS_ATTENTION.value, job.state),
            "choice": ("", choice.label),
            "task": ("", job.task_id),
        },
    )
    return job


def _adopt(job: Generation, by: User, task_id: str) -> None:
    """Follow a task that a person found at Kie; polling checks that it isn't another job's."""
    if not task_id or len(task_id) > 200 or not task_id.isascii() or not task_id.isprintable() or " " in task_id:
        raise Refused("Give the task's id as Kie's log shows it, for example task_kling-2.6_1765182425861.")
    attempt = job.attempts.order_by("number").last()
    if attempt is None:
        raise Refused("This job was never sent, so there is no task to follow. Release its hold.")
    if Attempt.objects.filter(task_id=task_id).exclude(pk=attempt.pk).exists():
        raise Refused(
            f"Task {task_id} is booked on another attempt already. Look the id up again; nothing has changed."
        )
    if attempt.task_id and attempt.task_id != task_id:
        raise Refused(f"Kie accepted this attempt as {attempt.task_id}; follow that one, or write it off.")
    Attempt.objects.filter(pk=attempt.pk).update(outcome=Outcome.ACCEPTED, task_id=task_id)
    now = timezone.now()
    fields: dict[str, Any] = {"task_id": task_id, "result_url": "", "fetch_tries": 0, "due_at": now}
    fields["submitted_at"] = job.submitted_at or attempt.sent_at or now
    _move(job, GenerationState.RUNNING, by, f"Adopted task {task_id}", **fields)
    enqueue(ADVANCE, job.pk)


def _write_off(job: Generation, by: User) -> None:
    """Nothing usable came, and Kie took the credits: book what it reported, else what was held, until it says more."""
    charged = job.held if job.reported is None else job.reported
    text = "Written off: Kie charged it, and no usable clip came of it."
    fields: dict[str, Any] = {"failure_class": FailureClass.UNKNOWN, "failure_text": text, "charged": charged}
    _move(job, GenerationState.FAILED, by, text, **fields)
    book_charge(job, charged)
    if job.reported is None:
        let_go(job)


def _absent(job: Generation, by: User, *, again: bool) -> None:
    """Kie has no such task and took nothing: give the hold back, or send the take once more on the same hold."""
    if job.result_url:
        raise Refused("Kie finished this task, so it was charged. Follow the task again, or write it off as charged.")
    let_go(job)
    if again:
        fields: dict[str, Any] = {"task_id": "", "submitted_at": None, "due_at": timezone.now()}
        _move(job, GenerationState.QUEUED, by, "Confirmed absent at Kie; sent again", **fields)
        enqueue(ADVANCE, job.pk)
        return
    text = "No task exists at Kie, as a person confirmed. Nothing was charged."
    fields = {"failure_class": FailureClass.UNKNOWN, "failure_text": text, "charged": Decimal(0)}
    _move(job, GenerationState.FAILED, by, text, **fields)
    book_charge(job, Decimal(0))


def _move(job: Generation, new: GenerationState, by: User, why: str, **fields: Any) -> None:
    if not move(job, new, by=by, why=why, **fields):
        raise Refused("Somebody else settled this job at the same moment. Nothing has changed; look at it again.")
