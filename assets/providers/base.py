"""What the product knows of a maker of clips: the errors, the records and the protocol. No Django in this package.

    ProviderError                 message, code (the provider's own, as text), excerpt (the start of the answer)
    ├── Refused                   for certain: no task exists, nothing was charged
    │   ├── RefusedForGood        sending the same again would be refused again: fail it, release the hold
    │   │   ├── InvalidInput      400, 404, 422, or a text that only a wrong parameter gives
    │   │   └── ModelClosed       505
    │   ├── RefusedForNow         the same request may be sent later, on the same hold
    │   │   ├── RateLimited       429; retry_after in seconds, if the provider named it
    │   │   ├── Maintenance       455
    │   │   └── NotConnected      not one byte of the request left us
    │   └── LineStopped           every request would be refused until a person acts: stop, tell the admins
    │       ├── BadKey            401
    │       ├── OutOfCredits      402
    │       └── KeyCapped         433
    ├── Unknown                   the paid call went out and its outcome isn't known: a task may exist and be charged
    ├── TaskNotFound              an ask about a task that isn't known, or not known yet
    └── ReadFailed                a free call (ask, credit, link, upload) brought nothing usable: do it again later

Each class answers three questions by class attributes: `refused` (certainly no task), `retry_later` (the same call may
be made again by the machine) and `unknown` (never again by the machine).
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import BinaryIO, ClassVar, Literal, Protocol

from .specs import (
    IMAGE_TO_VIDEO,
    MODELS,
    TEXT_TO_VIDEO,
    ImageLimits,
    ImageToVideo,
    ModelSpec,
    Route,
    TextToVideo,
    VideoRequest,
    problems,
    prompt_length,
)

__all__ = [
    "IMAGE_TO_VIDEO",
    "MODELS",
    "TEXT_TO_VIDEO",
    "Accepted",
    "BadKey",
    "FailureFamily",
    "ImageLimits",
    "ImageToVideo",
    "InvalidInput",
    "KeyCapped",
    "LineStopped",
    "Maintenance",
    "ModelClosed",
    "ModelSpec",
    "NotConnected",
    "OutOfCredits",
    "Provider",
    "ProviderError",
    "RateLimited",
    "ReadFailed",
    "Refused",
    "RefusedForGood",
    "RefusedForNow",
    "Route",
    "TaskNotFound",
    "TaskRecord",
    "TaskState",
    "TextToVideo",
    "Unknown",
    "VideoRequest",
    "failure_family",
    "problems",
    "prompt_length",
]

TaskState = Literal["waiting", "queuing", "generating", "success", "fail"]


class ProviderError(Exception):
    """Root of the tree. `code` is the provider's code as text, or None; `excerpt` is safe to store and to show."""

    refused: ClassVar[bool] = False
    retry_later: ClassVar[bool] = False
    unknown: ClassVar[bool] = False

    def __init__(self, message: str, *, code: str | None = None, excerpt: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.excerpt = excerpt


class Refused(ProviderError):
    """No task exists and nothing was charged, for certain."""

    refused = True


class RefusedForGood(Refused):
    """The same request would be refused again."""


class InvalidInput(RefusedForGood):
    """A parameter is wrong, or the address of the call is."""


class ModelClosed(RefusedForGood):
    """The provider has switched this model off."""


class RefusedForNow(Refused):
    """The same request may be sent again later, on the same hold."""

    retry_later = True


class RateLimited(RefusedForNow):
    """Too many calls. `retry_after`: seconds to wait, or None when the provider didn't say."""

    def __init__(
        self, message: str, *, code: str | None = None, excerpt: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(message, code=code, excerpt=excerpt)
        self.retry_after = retry_after


class Maintenance(RefusedForNow):
    """The provider is closed for maintenance."""


class NotConnected(RefusedForNow):
    """No connection came about, so not one byte of the request left us."""


class LineStopped(Refused):
    """Every request would be refused until a person puts it right."""


class BadKey(LineStopped):
    """The key is missing or not accepted."""


class OutOfCredits(LineStopped):
    """The account has too few credits left."""


class KeyCapped(LineStopped):
    """The key has reached its own cap for the hour, the day or in all."""


class Unknown(ProviderError):
    """The paid call went out and its outcome isn't known. Never sent again by the machine."""

    unknown = True


class TaskNotFound(ProviderError):
    """The provider doesn't know the task, or not yet: seen right after a create, so give it time."""

    retry_later = True


class ReadFailed(ProviderError):
    """A free call brought nothing usable."""

    retry_later = True


class FailureFamily(StrEnum):
    """Why a task failed, as far as its message tells."""

    PROVIDER = "provider"
    MODERATION = "moderation"
    INVALID_INPUT = "invalid_input"
    IMAGE_FETCH = "image_fetch"
    TIMEOUT = "timeout"


# The first family with a word in the message wins, so the narrow ones stand before the wide ones.
_FAMILY_WORDS: tuple[tuple[FailureFamily, tuple[str, ...]], ...] = (
    (FailureFamily.IMAGE_FETCH, ("image fetch", "fetch image", "fetch the image", "download image", "file upload api")),
    (
        FailureFamily.MODERATION,
        (
            "prohibited",
            "sensitive",
            "content_policy",
            "content policy",
            "moderation",
            "nsfw",
            "inappropriate",
            "violat",
        ),
    ),
    (
        FailureFamily.INVALID_INPUT,
        ("is required", "invalid", "not supported", "unsupported", "must be", "exceed", "too long", "too large"),
    ),
    (FailureFamily.TIMEOUT, ("timed out", "timeout", "time out", "no result")),
)


def failure_family(fail_code: str, fail_message: str) -> FailureFamily:
    """The family of a failed task by the provider's code and message; PROVIDER when neither says anything known."""
    text = fail_message.casefold()
    for family, words in _FAMILY_WORDS:
        if any(word in text for word in words):
            return family
    if fail_code == "408":
        return FailureFamily.TIMEOUT
    return FailureFamily.INVALID_INPUT if fail_code in ("400", "422") else FailureFamily.PROVIDER


@dataclass(frozen=True, slots=True)
class Accepted:
    """A task exists and is charged. `raw`: the answer as text, cut to 2000 characters."""

    task_id: str
    raw: str


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """What the provider says of a task. `credits` is what it took, None when not said; times are aware, in UTC.

    `result_urls` is empty unless the state is success, and may be empty even then. `callback_url` is the one the task
    was made with: it carries a token that proves whose task this is, so it stays out of the repr.
    """

    task_id: str
    model: str
    state: TaskState
    callback_url: str = field(default="", repr=False)
    result_urls: tuple[str, ...] = ()
    fail_code: str = ""
    fail_message: str = ""
    credits: Decimal | None = None
    created_at: datetime | None = None
    completed_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether the state can't change any more."""
        return self.state in ("success", "fail")

    @property
    def failure(self) -> FailureFamily:
        """The family of the failure; only means something in the state fail."""
        return failure_family(self.fail_code, self.fail_message)


class Provider(Protocol):
    """A maker of clips. Calls block; each ends within its own total time."""

    def create_task(self, request: VideoRequest, callback_url: str | None) -> Accepted:
        """Make a task: paid, sent once. Raises a kind of Refused, or Unknown; nothing else."""
        ...

    def record(self, task_id: str) -> TaskRecord:
        """Ask for a task. Raises TaskNotFound, ReadFailed, RateLimited, Maintenance or a kind of LineStopped."""
        ...

    def credit(self) -> Decimal:
        """Credits left on the account. Raises ReadFailed, RateLimited, Maintenance or a kind of LineStopped."""
        ...

    def download_url(self, url: str) -> str:
        """A fresh, short-lived link for a result. Raises as `credit`, and InvalidInput for a link that isn't known."""
        ...

    def upload(self, content: bytes | BinaryIO, *, file_name: str, content_type: str) -> str:
        """Store a file where the provider can fetch it, and give its address. Raises as `download_url`."""
        ...
