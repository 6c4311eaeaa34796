"""Book, tell and note tasks at Kie that no job waits for; never hidden, whoever decided what before."""

from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assets.actions.charges import close_price, rebook
from assets.actions.line import tell_admins
from assets.models import Attempt, Generation, Outcome, StrayEnd, StrayTask
from projects.access import member_for, require
from projects.actions.audit import log
from projects.crash_points import crash_point
from projects.errors import Refused
from projects.models import Organisation, User
from projects.queue import enqueue
from projects.roles import Right
from projects.templatetags.house import credits as in_credits

FOLLOW = "assets.tasks.follow_stray"
SHOWN = 50


def stray(attempt: Attempt, organisation: Organisation) -> StrayTask:
    """Follow the attempt's task to its end from now on, beside its job; the same row when it is asked again."""
    found, _ = StrayTask.objects.get_or_create(attempt=attempt, defaults={"organisation": organisation})
    if found.over_at is None:
        enqueue(FOLLOW, found.pk)
    return found


def let_go(job: Generation) -> None:
    """A person ends or repeats a job whose task is known: the task may still end and cost, so it isn't forgotten."""
    attempt = job.attempts.filter(outcome=Outcome.ACCEPTED).exclude(task_id="").order_by("number").last()
    if attempt:
        stray(attempt, job.organisation)


@transaction.atomic
def book_stray(found: StrayTask, end: StrayEnd, *, charged: Decimal, result_url: str = "") -> bool:
    """Write down how a stray task ended and what it cost (credits), once. False when that was done before.

    A job that is still under way is booked together with it at its own end: its hold stays open until then.
    """
    jobs = Generation.objects.select_for_update(of=("self",)).select_related("take__shot", "organisation")
    job = jobs.get(pk=found.attempt.generation_id)
    last = job.attempts.order_by("number").last()
    # What a person had assumed of the last attempt is replaced by the truth; anything else comes on top.
    own = job.is_over and last == found.attempt and job.task_id in ("", found.attempt.task_id)
    fields = {"over_at": timezone.now(), "end": end, "charged": charged, "beside": not own, "result_url": result_url}
    if not StrayTask.objects.open().filter(pk=found.pk).update(**fields):
        return False
    known = end in (StrayEnd.SUCCESS, StrayEnd.FAIL)
    before = job.charged or Decimal(0)
    if own and known:
        job.charged = charged
        Generation.objects.filter(pk=job.pk).update(charged=charged)
    if job.is_over:
        rebook(job)
        if own and charged > job.held:
            close_price(job, charged)
    if charged or end in (StrayEnd.SUCCESS, StrayEnd.ENDLESS) or (own and known and charged != before):
        _tell(job, found, end, charged)
    crash_point("stray-booking")
    return True


def _tell(job: Generation, found: StrayTask, end: StrayEnd, charged: Decimal) -> None:
    became = "made a clip" if end == StrayEnd.SUCCESS else end.label.lower()
    task = f"Kie's task {found.attempt.task_id} (attempt {found.attempt.number})"
    tell_admins(
        job.organisation,
        text=f"{job.take}: {task}, which no job waits for: {became}. {in_credits(charged)} booked for it.",
        path=reverse("attention_list"),
    )


def strays_to_note(organisation: Organisation) -> list[StrayTask]:
    """What the organisation's admins have not noted yet, oldest first."""
    rows = StrayTask.objects.to_be_noted().filter(organisation=organisation)
    return list(rows.select_related("attempt__generation__take__shot__project").order_by("over_at")[:SHOWN])


@transaction.atomic
def note_stray(*, by: User, found: StrayTask) -> None:
    """Say that it was seen: it leaves the page, not its job and the ledger. Raises Refused the second time."""
    require(member_for(by, found.organisation_id), Right.RESOLVE_ATTENTION)
    fresh = StrayTask.objects.to_be_noted().filter(pk=found.pk)
    if not fresh.update(noted_at=timezone.now(), noted_by=by):
        raise Refused("This task was noted before. Nothing has changed.")
    changes = {"charged": (None, found.charged), "task": ("", found.attempt.task_id)}
    take = found.attempt.generation.take
    log(organisation=found.organisation, by=by, verb="noted a task without a job", target=take, changes=changes)
