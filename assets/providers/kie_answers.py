"""What Kie's answers mean. Pure: a status, bytes and headers go in; a value or one of the errors of `base` comes out.

HTTP is 200 on most errors and the body's `code` decides; some answers use the HTTP status as well, some aren't JSON.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import get_args

from .base import (
    Accepted,
    BadKey,
    InvalidInput,
    KeyCapped,
    Maintenance,
    ModelClosed,
    OutOfCredits,
    ProviderError,
    RateLimited,
    ReadFailed,
    TaskNotFound,
    TaskRecord,
    TaskState,
    Unknown,
)

LINE_ERRORS: Mapping[int, type[ProviderError]] = {
    401: BadKey,
    402: OutOfCredits,
    429: RateLimited,
    433: KeyCapped,
    455: Maintenance,
}
CREATE_REFUSALS: Mapping[int, type[ProviderError]] = {
    **LINE_ERRORS,
    400: InvalidInput,
    404: InvalidInput,
    422: InvalidInput,
    505: ModelClosed,
}
READ_ERRORS: Mapping[int, type[ProviderError]] = {
    **LINE_ERRORS,
    400: InvalidInput,
    404: InvalidInput,
    422: InvalidInput,
}
# Turned away at the door by HTTP's own meaning, so these count without an envelope too.
DOOR_STATUSES = (401, 429)

# Code 500 is "unknown" but for these texts, which only a check of the parameters gives.
VALIDATION_TEXTS = ("this field is required",)

SENTENCES: Mapping[type[ProviderError], str] = {
    InvalidInput: "Kie refused the request",
    ModelClosed: "Kie has switched this model off",
    BadKey: "Kie didn't accept the key",
    OutOfCredits: "The Kie account is out of credits",
    RateLimited: "Kie asked us to slow down",
    KeyCapped: "The Kie key has reached its own cap",
    Maintenance: "Kie is closed for maintenance",
    TaskNotFound: "Kie doesn't know this task, or not yet",
    ReadFailed: "Kie's answer wasn't usable",
    Unknown: "Kie's answer doesn't say whether a task was made",
}
_TASK_ID = re.compile(r"[\x21-\x7e]{1,200}")
_CALLBACK = re.compile(r'(callBackUrl[\\":\s]*)https?:[^"\s,}]*', re.IGNORECASE)
_STATES: tuple[TaskState, ...] = get_args(TaskState)


@dataclass(frozen=True, slots=True)
class Envelope:
    """Kie's frame around every answer: a code, a text and the data."""

    code: int | None
    message: str
    data: object


def parse_json(text: str | bytes) -> object:
    """JSON with decimal numbers, or None for what isn't JSON."""
    try:
        value: object = json.loads(text, parse_float=Decimal, parse_constant=lambda _: None)
    except (ValueError, RecursionError):
        return None
    return value


def clean(value: object, limit: int = 2000) -> str:
    """Text from outside as any database takes it: no NUL, no half characters, cut to `limit`; "" if it isn't text."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()[:limit]


def excerpt(body: bytes, limit: int = 2000) -> str:
    """The start of an answer, fit for a log: our callback URL carries a token and is cut out."""
    return clean(_CALLBACK.sub(r"\1[hidden]", body[: 4 * limit].decode("utf-8", "replace")), limit)


def open_envelope(body: bytes) -> Envelope | None:
    """The envelope of an answer, or None if the body isn't a JSON object."""
    answer = parse_json(body)
    if not isinstance(answer, dict):
        return None
    message = clean(answer.get("msg")) or clean(answer.get("message")) or clean(answer.get("error"))
    return Envelope(_whole(answer.get("code")), message, answer.get("data"))


def task_id_in(data: object) -> str | None:
    """The task id in an answer's data, if it is one: printable text without spaces, at most 200 characters."""
    found = data.get("taskId") if isinstance(data, dict) else None
    return found if isinstance(found, str) and _TASK_ID.fullmatch(found) else None


def classify_create(status: int, body: bytes, headers: Mapping[str, str]) -> Accepted:
    """The one place that decides what came of a createTask.

    Accepted only for HTTP 200, code 200 and a task id in text. Raises a kind of Refused only for a documented code that
    nothing else in the answer contradicts, and Unknown for everything else: the task may exist and be charged.
    """
    envelope = open_envelope(body)
    task_id = task_id_in(envelope.data) if envelope else None
    if status == 200 and envelope and envelope.code == 200 and task_id:
        return Accepted(task_id, excerpt(body))
    code = _refusal_code(status, envelope)
    kind = CREATE_REFUSALS.get(code) if code is not None else None
    if code == 500 and envelope and envelope.message.strip(" .").casefold() in VALIDATION_TEXTS:
        kind = InvalidInput
    if kind is None or task_id:
        kind = Unknown
    raise error_for(kind, status, body, headers)


def _refusal_code(status: int, envelope: Envelope | None) -> int | None:
    """The code that may count as a refusal of a create, or None if status and body don't agree on one."""
    if envelope is None:
        return status if status in DOOR_STATUSES else None
    if envelope.code is None:
        return status if 400 <= status < 500 else None
    agrees = 200 <= status < 300 or 400 <= status < 500 or status == envelope.code
    return envelope.code if agrees else None


def read_data(status: int, body: bytes, headers: Mapping[str, str]) -> object:
    """The data of a free call's answer. Raises as `Provider.download_url` says."""
    envelope = open_envelope(body)
    if status == 200 and envelope and envelope.code == 200:
        return envelope.data
    raise error_for(_read_error(status, envelope, READ_ERRORS), status, body, headers)


def _read_error(
    status: int, envelope: Envelope | None, kinds: Mapping[int, type[ProviderError]]
) -> type[ProviderError]:
    if envelope is None:
        return kinds[status] if status in DOOR_STATUSES else ReadFailed
    code = status if envelope.code in (None, 200) else envelope.code
    return kinds.get(code or 0, ReadFailed)


def read_record(status: int, body: bytes, headers: Mapping[str, str], task_id: str) -> TaskRecord:
    """What recordInfo says of the task that was asked for. Raises as `Provider.record` says."""
    envelope = open_envelope(body)
    if envelope and status < 500 and envelope.code in (408, 501):
        return _failed_by_code(envelope, task_id)
    if not (status == 200 and envelope and envelope.code == 200):
        kinds = {**LINE_ERRORS, 404: TaskNotFound, 422: TaskNotFound}
        raise error_for(_read_error(status, envelope, kinds), status, body, headers)
    if envelope.data is None:
        raise error_for(TaskNotFound, status, body, headers)
    record = _record(envelope.data, task_id)
    if record is None:
        raise error_for(ReadFailed, status, body, headers)
    return record


def _failed_by_code(envelope: Envelope, task_id: str) -> TaskRecord:
    """Envelope codes 408 and 501 mean that the task has failed, with or without data."""
    data = envelope.data if isinstance(envelope.data, dict) else {}
    told = {"failCode": str(envelope.code), "failMsg": envelope.message}
    told |= {name: data[name] for name in told if clean(data.get(name))}
    record = _record({**data, **told, "state": "fail"}, task_id)
    return record or TaskRecord(task_id, "", "fail", fail_code=str(envelope.code), fail_message=envelope.message)


def _record(data: object, task_id: str) -> TaskRecord | None:
    """A record from recordInfo's data; None if it is another task's or its state is none of the five."""
    if not isinstance(data, dict) or clean(data.get("taskId")) not in ("", task_id):
        return None
    state = next((known for known in _STATES if known == clean(data.get("state")).strip().lower()), None)
    if state is None:
        return None
    return TaskRecord(
        task_id=task_id,
        model=clean(data.get("model"), 200),
        state=state,
        callback_url=_callback_url(data.get("param")),
        result_urls=_result_urls(data.get("resultJson")) if state == "success" else (),
        fail_code=clean(data.get("failCode"), 100),
        fail_message=clean(data.get("failMsg")),
        credits=_credits(data),
        created_at=_moment(data.get("createTime")),
        completed_at=_moment(data.get("completeTime")),
    )


def _inner(value: object) -> object:
    """JSON that comes as text in JSON, once or twice over."""
    for _ in range(2):
        value = parse_json(value) if isinstance(value, str) else value
    return value


def _callback_url(param: object) -> str:
    request = _inner(param)
    return clean(request.get("callBackUrl")) if isinstance(request, dict) else ""


def _result_urls(result: object) -> tuple[str, ...]:
    answer = _inner(result)
    urls = answer.get("resultUrls") if isinstance(answer, dict) else None
    urls = [urls] if isinstance(urls, str) else urls
    if not isinstance(urls, list):
        return ()
    return tuple(clean(url) for url in urls if clean(url).startswith(("https://", "http://")))


def _credits(data: Mapping[str, object]) -> Decimal | None:
    """What the task took; older payloads turn the name round."""
    now, before = decimal_in(data.get("creditsConsumed")), decimal_in(data.get("consumeCredits"))
    return before if now is None else now


def decimal_in(value: object) -> Decimal | None:
    """A number that isn't negative and has at most 15 digits before the point, or None. Numbers may come as text."""
    try:
        number = Decimal(clean(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() and 0 <= number < 10**15 else None


def _whole(value: object) -> int | None:
    number = decimal_in(value)
    return int(number) if number is not None and number == int(number) else None


def _moment(value: object) -> datetime | None:
    """Milliseconds since 1970 as a time; unset values come as "", null or 0."""
    number = _whole(value)
    return datetime.fromtimestamp(number / 1000, UTC) if number and number < 10**14 else None


def error_for(kind: type[ProviderError], status: int, body: bytes, headers: Mapping[str, str]) -> ProviderError:
    """An error of the kind, with Kie's own words and code in it."""
    envelope = open_envelope(body)
    words = envelope.message if envelope else f"HTTP {status}, not JSON"
    message = f"{SENTENCES[kind]}: {words[:300] or f'HTTP {status}'}"
    code = str(envelope.code if envelope and envelope.code is not None else status)
    if issubclass(kind, RateLimited):
        return kind(message, code=code, excerpt=excerpt(body), retry_after=_retry_after(headers))
    return kind(message, code=code, excerpt=excerpt(body))


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait, at most ten minutes; None when the header is missing or a date."""
    value = {name.lower(): text for name, text in headers.items()}.get("retry-after", "").strip()
    return float(min(int(value), 600)) if re.fullmatch(r"[0-9]{1,9}", value) else None
