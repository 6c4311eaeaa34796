"""Results that don't come home: told while there is time, and fetched now when a person asks."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from assets.actions.moves import move
from assets.models import Generation, GenerationState
from projects.access import member_for, require
from projects.actions.audit import log
from projects.actions.notify import tell
from projects.errors import Refused
from projects.models import Member, NotificationKind, Organisation, User
from projects.queue import enqueue
from projects.roles import Right, Role

ADVANCE = "assets.tasks.advance"
# Kie's links run out after a day by one page of its documentation; each hour in this list is told once.
ALARMS = (6, 12, 23)
AT_ONCE = 50


def alarm_unfetched() -> int:
    """Tell of results that Kie made and that are not here after so many hours, once each; returns how many."""
    now = timezone.now()
    late = Generation.objects.unfetched(now - timedelta(hours=ALARMS[0])).filter(alarms__lt=len(ALARMS))
    jobs = late.select_related("take__shot", "organisation").order_by("done_at")[:AT_ONCE]
    return sum(_alarm(job, hours_waited(job)) for job in jobs)


def hours_waited(job: Generation) -> int:
    """Whole hours since Kie was done."""
    return int((timezone.now() - (job.done_at or job.state_since)) / timedelta(hours=1))


def unfetched_of(organisation: Organisation) -> list[Generation]:
    """The organisation's results that are not here though the first alarm is due, the oldest first."""
    late = Generation.objects.unfetched(timezone.now() - timedelta(hours=ALARMS[0]))
    return list(
        late.filter(organisation=organisation).select_related("take__shot__project").order_by("done_at")[:AT_ONCE]
    )


@transaction.atomic
def _alarm(job: Generation, waited: int) -> bool:
    due = sum(waited >= hours for hours in ALARMS)
    if due <= job.alarms or not Generation.objects.filter(pk=job.pk, alarms=job.alarms).update(alarms=due):
        return False
    people = Member.objects.active().filter(organisation=job.organisation, role__in=(Role.ADMIN, Role.PRODUCER))
    tell(
        users=[member.user for member in people.select_related("user")],
        organisation=job.organisation,
        kind=NotificationKind.NEEDS_ATTENTION,
        text=f"{job.take}: Kie made the clip {waited} hours ago and it is not here yet. "
        "Its link may run out after 24 hours; “Fetch now” on the job's page tries at once.",
        path=reverse("take_job", kwargs={"pk": job.take_id}),
    )
    return True


@transaction.atomic
def fetch_now(*, by: User, generation: Generation) -> None:
    """Fetch a result that Kie has made at once instead of after the next pause. Raises Refused when there is none."""
    job = Generation.objects.select_related("take__shot", "organisation").get(pk=generation.pk)
    require(member_for(by, job.organisation_id), Right.GENERATE)
    if not job.result_url or job.is_over:
        raise Refused(f"There is nothing to fetch: this job is {job.get_state_display().lower()}. Nothing has changed.")
    old, now = job.state, timezone.now()
    if old == GenerationState.NEEDS_ATTENTION:
        fields: dict[str, Any] = {"due_at": now, "fetch_tries": 0}
        going = move(job, GenerationState.FETCHING, by=by, why="Fetched again as a person asked", **fields)
    else:
        resting = Generation.objects.filter(pk=job.pk, state=GenerationState.FETCHING, fetch_tries__gt=0)
        # Who has asked before took the rest away, so of two that ask at once only one is the first.
        going = bool(resting.exclude(lease_until=None).update(due_at=now, lease_until=None))
    if not going:
        raise Refused("It is being fetched at this moment. Nothing has changed.")
    enqueue(ADVANCE, job.pk)
    log(organisation=job.organisation, by=by, verb="had a result fetched", target=job.take)
