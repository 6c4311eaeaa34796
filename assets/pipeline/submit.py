"""Submit: claim, call once, book what came of it. The attempt's row is the fence: its outcome is decided once."""

import secrets
import time
from decimal import Decimal
from typing import Any

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, Max, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone

from assets.actions.line import failure_of, line_stop, stop_line
from assets.actions.moves import move
from assets.models import Attempt, BalanceReading, Generation, GenerationState, LineStop, Outcome, Take
from assets.pipeline import clock
from assets.pipeline.outcome import Kind, Verdict, verdict_before_sending, verdict_of
from assets.pipeline.provider import kie
from assets.pipeline.rates import Slot, await_slot, book_slot, creates
from assets.pipeline.settle import fail, postpone
from assets.pipeline.turns import is_turn
from assets.pipeline.unknown import adopt, lose_answer
from assets.providers.base import ImageToVideo, Provider, TextToVideo, VideoRequest
from projects.crash_points import crash_point
from projects.deployment import safe_mode
from projects.pulse import may_leave

logger = structlog.get_logger(__name__)
# Seconds between tries to book an answer; together they stay within the claim.
BOOK_PAUSES = (0.2, 1.0, 3.0)
# The code of an attempt that Kie never saw and that nobody is to blame for.
NO_CALL = "no call"
OUTCOMES = {Kind.ACCEPTED: Outcome.ACCEPTED, Kind.UNKNOWN: Outcome.UNKNOWN}


def submit(job: Generation) -> None:
    """Send a queued take to the provider, if the line runs and the limit allows it now; safe to call at any time."""
    now = timezone.now()
    if job.state != GenerationState.QUEUED or (job.lease_until and job.lease_until > now):
        return  # taken, or resting after a refusal
    if safe_mode():
        return  # a copied database does not spend; the sweeper comes back with the job
    if stop := line_stop(job.take.model):
        wait_for_line(job, stop)
        return
    if not is_turn(job, now) or not isinstance(slot := await_slot(creates()), Slot):
        postpone(job, now)  # stays due: the sweeper knows whose turn it is when a call is free
        return
    attempt = claim(job)
    crash_point("claimed")
    if attempt and (verdict := send(job, attempt, slot)):
        crash_point("answered")
        book_in_any_case(job, attempt, verdict)
        crash_point("booked")


def wait_for_line(job: Generation, stop: LineStop) -> None:
    """Keep the job's place and its hold while the line or its model stands still, but not for ever."""
    now = timezone.now()
    if now - max(job.created_at, stop.created_at) <= clock.LINE_PATIENCE:
        postpone(job, now + clock.LINE_LOOK)
        return
    fail(job, failure_of(stop), f"{stop}, for more than a day. Nothing was sent.", charged=Decimal(0))


def claim(job: Generation) -> Attempt | None:
    """Take the job for one call: a lease and the attempt with its token, committed before anything is sent.

    None when somebody else has it.
    """
    with transaction.atomic():
        # In here: on SQLite a transaction may have waited for others before it began.
        lease = timezone.now() + (clock.UPLOAD_LEASE if job.take.image_id else clock.CALL_LEASE)
        number = (job.attempts.aggregate(last=Max("number"))["last"] or 0) + 1
        if not move(job, GenerationState.SUBMITTING, why=f"Attempt {number}", lease_until=lease, due_at=lease):
            return None
        attempt = Attempt.objects.create(
            generation=job, number=number, token=secrets.token_hex(16), balance_before=_last_balance()
        )
        crash_point("claiming")
    return attempt


def _last_balance() -> Subquery:
    since = timezone.now() - 5 * clock.MINUTE
    return Subquery(BalanceReading.objects.filter(created_at__gte=since).values("credits")[:1])


def callback_url(attempt: Attempt) -> str | None:
    """Where the provider knocks when the task is over; None where it can't reach us."""
    if not settings.PUBLIC_URL:
        return None
    return f"{settings.PUBLIC_URL}{reverse('kie_callback', kwargs={'token': attempt.token})}"


def send(job: Generation, attempt: Attempt, slot: Slot) -> Verdict | None:
    """Upload the image if there is one, then the one call, in the limit's `slot`.

    None when nothing was sent: the claim ran out, or the upload outlasted the slot and no other call was free.
    """
    try:
        provider = kie()
        with may_leave():
            request = request_for(job.take, provider)
    except Exception as error:  # whatever it was, nothing has been sent
        return verdict_before_sending(error)
    crash_point("uploaded")
    # The limit counts from the call, not from the upload before it.
    if job.take.image_id and not isinstance(book_slot(creates(), slot), Slot):
        queue_again(job, attempt, "No call was free after the upload; nothing was sent", code=NO_CALL)
        return None
    if not mark_sent(attempt):
        return None
    crash_point("marked")
    try:
        return verdict_of(provider.create_task(request, callback_url(attempt)))
    except Exception as error:
        return verdict_of(error)


def request_for(take: Take, provider: Provider) -> VideoRequest:
    """The request as the provider takes it; the image goes up under a new random name, since names are cached."""
    if take.image is None:
        return TextToVideo(take.prompt, take.seconds, take.sound, take.aspect_ratio, model=take.model)
    with take.image.file.open("rb") as file:
        content = file.read()
    kind = take.image.content_type
    name = f"{secrets.token_hex(16)}{'.png' if kind == 'image/png' else '.jpg'}"
    address = provider.upload(content, file_name=name, content_type=kind)
    return ImageToVideo(take.prompt, address, take.seconds, take.sound, model=take.model)


def mark_sent(attempt: Attempt) -> bool:
    """Note, before it happens, that the call goes out; from here on a lost worker leaves an unknown outcome.

    False when the claim ran out and somebody else decided this attempt: then nothing may be sent.
    """
    now = timezone.now()
    if not Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.PENDING, sent_at=None).update(sent_at=now):
        return False
    attempt.sent_at = now
    lease, held_until = timezone.now() + clock.CALL_LEASE, attempt.generation.lease_until
    if not held_until or held_until < lease - clock.CALL_SLACK:  # an upload, or a database in demand, took some
        claimed = Generation.objects.filter(pk=attempt.generation_id, state=GenerationState.SUBMITTING)
        claimed.update(lease_until=lease, due_at=lease)
    return True


def book_in_any_case(job: Generation, attempt: Attempt, verdict: Verdict) -> None:
    """Book the verdict although the database stumbles: what Kie answered is known nowhere else."""
    for pause in BOOK_PAUSES:
        try:
            book(job, attempt, verdict)
            return
        except (OperationalError, InterfaceError) as error:
            logger.warning("booking failed", generation=str(job.pk), said=str(error))
            connection.close()
            time.sleep(pause)
    book(job, attempt, verdict)


def book(job: Generation, attempt: Attempt, verdict: Verdict) -> None:
    """Write down what came of the attempt and move the job accordingly, in one transaction."""
    with transaction.atomic():
        decided = decide(attempt, verdict)
        if not decided and verdict.task_id and _others(attempt, verdict).exists():
            verdict = Verdict(Kind.UNKNOWN, "Kie named a task that belongs to another take.", answer=verdict.answer)
            decided = decide(attempt, verdict)
        if decided:
            BOOK[verdict.kind](job, attempt, verdict)
        crash_point("booking")
    if not decided and verdict.kind == Kind.ACCEPTED:
        adopt(attempt, verdict.task_id, why="The answer came after the claim had run out.")
    if verdict.kind == Kind.STOPPED:
        stop_line(verdict.stop, text=verdict.text)
    elif verdict.kind == Kind.CLOSED:
        stop_line(verdict.stop, text=verdict.text, model=job.take.model)
    logger.info("attempt", generation=str(job.pk), number=attempt.number, outcome=verdict.kind.value, said=verdict.text)


def _others(attempt: Attempt, verdict: Verdict) -> QuerySet[Attempt]:
    """Whose task the verdict's is already."""
    return Attempt.objects.filter(task_id=verdict.task_id).exclude(pk=attempt.pk)


def decide(attempt: Attempt, verdict: Verdict) -> bool:
    """Write the outcome of an attempt that has none yet; False when it has one, or the task is another's."""
    outcome = OUTCOMES.get(verdict.kind, Outcome.REFUSED)
    answer = verdict.answer or verdict.text
    pending = Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.PENDING)
    if verdict.task_id:
        pending = pending.exclude(Exists(_others(attempt, verdict)))
    return bool(
        pending.update(
            outcome=outcome,
            answered_at=timezone.now(),
            code=verdict.code[:20],
            answer=answer[:1000],
            task_id=verdict.task_id,
        )
    )


def _accepted(job: Generation, attempt: Attempt, verdict: Verdict) -> None:
    due = timezone.now() + clock.poll_pause(0 * clock.SECOND, callback=bool(settings.PUBLIC_URL))
    fields: dict[str, Any] = {"task_id": verdict.task_id, "submitted_at": attempt.sent_at, "due_at": due}
    move(job, GenerationState.RUNNING, why=verdict.text, **fields)


def refused_in_a_row(job: Generation) -> int:
    """How many attempts were refused since the last one that was not; counted, since a stopped line takes no blame."""
    last = job.attempts.exclude(outcome=Outcome.REFUSED).aggregate(last=Max("number"))["last"] or 0
    return job.attempts.filter(number__gt=last).exclude(code=NO_CALL).count()


def _later(job: Generation, attempt: Attempt, verdict: Verdict) -> None:
    tries = refused_in_a_row(job)
    if tries >= clock.REFUSED_TRIES:
        fail(job, verdict.failure, f"Kie refused it {tries} times. {verdict.text}", charged=Decimal(0))
        return
    rest = timezone.now() + clock.refused_pause(tries, verdict.retry_after)
    move(job, GenerationState.QUEUED, why=verdict.text, due_at=rest, lease_until=rest)


def _never(job: Generation, attempt: Attempt, verdict: Verdict) -> None:
    fail(job, verdict.failure, verdict.text, charged=Decimal(0))


def _stopped(job: Generation, attempt: Attempt, verdict: Verdict) -> None:
    move(job, GenerationState.QUEUED, why=verdict.text, due_at=timezone.now() + clock.LINE_LOOK)


def _unknown(job: Generation, attempt: Attempt, verdict: Verdict) -> None:
    lose_answer(job, attempt, verdict.text)


BOOK = {
    Kind.ACCEPTED: _accepted,
    Kind.LATER: _later,
    Kind.NEVER: _never,
    Kind.STOPPED: _stopped,
    Kind.CLOSED: _never,
    Kind.UNKNOWN: _unknown,
}


def expire(job: Generation) -> None:
    """A claim whose time is up: its worker is gone. Queued again if nothing was sent, else the outcome is unknown."""
    if job.lease_until and job.lease_until > timezone.now():
        return
    attempt = job.attempts.order_by("number").last()
    if attempt is None:
        return
    if queue_again(job, attempt, "The worker stopped before anything was sent"):
        return
    book(job, attempt, Verdict(Kind.UNKNOWN, "The worker stopped before the answer came."))


@transaction.atomic
def queue_again(job: Generation, attempt: Attempt, why: str, *, code: str = "") -> bool:
    """Queue the job again after an attempt that sent nothing; False when it was sent, or decided by somebody else."""
    unsent = Attempt.objects.filter(pk=attempt.pk, outcome=Outcome.PENDING, sent_at=None)
    if not unsent.update(outcome=Outcome.REFUSED, code=code, answer=f"{why}."):
        return False
    move(job, GenerationState.QUEUED, why=why, due_at=timezone.now())
    crash_point("expiring")
    return True
