"""What an answer of the provider means for a job. Pure: an answer or an error goes in, a verdict comes out."""

from dataclasses import dataclass
from enum import StrEnum

from assets.models import FailureClass, StopReason
from assets.providers.base import (
    Accepted,
    BadKey,
    FailureFamily,
    InvalidInput,
    KeyCapped,
    LineStopped,
    ModelClosed,
    OutOfCredits,
    ProviderError,
    RateLimited,
    Refused,
    RefusedForGood,
    TaskRecord,
)


class Kind(StrEnum):
    """What follows from a createTask."""

    ACCEPTED = "accepted"  # a task exists and is charged
    LATER = "later"  # refused for certain; again on the same hold
    NEVER = "never"  # refused for certain; fail and release
    STOPPED = "stopped"  # refused for certain; nothing is submitted until somebody acts
    CLOSED = "closed"  # refused for certain; fail and release, and nothing of this model until somebody acts
    UNKNOWN = "unknown"  # never sent again by the machine


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of one call. `retry_after` in seconds; `answer` is the beginning of what the provider said."""

    kind: Kind
    text: str
    code: str = ""
    answer: str = ""
    task_id: str = ""
    failure: FailureClass = FailureClass.PROVIDER
    stop: StopReason = StopReason.KEY
    retry_after: float | None = None


_STOPS: tuple[tuple[type[LineStopped], StopReason], ...] = (
    (OutOfCredits, StopReason.CREDITS),
    (KeyCapped, StopReason.CAP),
    (BadKey, StopReason.KEY),
)
_FAMILIES = {
    FailureFamily.MODERATION: FailureClass.MODERATION,
    FailureFamily.INVALID_INPUT: FailureClass.INVALID_INPUT,
}


def verdict_of(answer: Accepted | Exception) -> Verdict:
    """The verdict on a createTask. Only a kind of Refused is certain; any other error may have left a task behind."""
    if isinstance(answer, Accepted):
        return Verdict(Kind.ACCEPTED, f"Accepted as {answer.task_id}", "200", answer.raw, task_id=answer.task_id)
    if not isinstance(answer, ProviderError):
        return Verdict(Kind.UNKNOWN, f"The call broke off ({type(answer).__name__}).")
    code, text, told = answer.code or "", answer.message, answer.excerpt
    if isinstance(answer, LineStopped):
        return Verdict(Kind.STOPPED, text, code, told, stop=stop_reason(answer))
    if isinstance(answer, ModelClosed):
        return Verdict(Kind.CLOSED, text, code, told, stop=StopReason.MODEL)
    if isinstance(answer, RefusedForGood):
        failure = FailureClass.INVALID_INPUT if isinstance(answer, InvalidInput) else FailureClass.PROVIDER
        return Verdict(Kind.NEVER, text, code, told, failure=failure)
    if isinstance(answer, Refused):
        wait = answer.retry_after if isinstance(answer, RateLimited) else None
        return Verdict(Kind.LATER, text, code, told, retry_after=wait)
    return Verdict(Kind.UNKNOWN, text, code, told)


def verdict_before_sending(error: Exception) -> Verdict:
    """The verdict when something failed before the paid call: nothing was sent, whatever it was."""
    if isinstance(error, LineStopped):
        return verdict_of(error)
    if isinstance(error, FileNotFoundError):
        return Verdict(Kind.NEVER, "The image's file is missing from storage.", failure=FailureClass.INVALID_INPUT)
    said = error.message if isinstance(error, ProviderError) else type(error).__name__
    wait = error.retry_after if isinstance(error, RateLimited) else None
    return Verdict(Kind.LATER, f"Nothing was sent: the request couldn't be made ready. {said}", retry_after=wait)


def stop_reason(error: LineStopped) -> StopReason:
    """Which stop of the line an error asks for."""
    return next((reason for kind, reason in _STOPS if isinstance(error, kind)), StopReason.KEY)


class Step(StrEnum):
    """What follows from a task's record."""

    WAIT = "wait"
    FETCH = "fetch"
    EMPTY = "empty"  # success without an address of a result
    FAIL = "fail"


def next_step(record: TaskRecord) -> Step:
    """Decides on the state alone; addresses of results count only in the state success."""
    if record.state == "success":
        return Step.FETCH if record.result_urls else Step.EMPTY
    return Step.FAIL if record.state == "fail" else Step.WAIT


def failure_class(record: TaskRecord) -> FailureClass:
    """The class people see for a failed task."""
    return _FAMILIES.get(record.failure, FailureClass.PROVIDER)
