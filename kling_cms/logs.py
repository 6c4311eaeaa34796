"""What stands in a log line, and what must not: our own secrets, and whatever opens something for whoever reads it."""

import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import structlog
from django.conf import settings
from django.dispatch import receiver
from django.http import HttpRequest
from django_structlog.signals import bind_extra_request_metadata
from structlog.typing import EventDict, WrappedLogger

_SLASH = r"(?:\\?/|%2F)"
# Addresses whose last part opens something: an invitation, a callback, a forgotten password, an e-mail address.
_TOKEN_IN_PATH = (
    "(" + _SLASH + "(?:invitation|"
    f"webhooks{_SLASH}kie|accounts{_SLASH}password{_SLASH}reset{_SLASH}key|accounts{_SLASH}confirm-email"
    ")" + _SLASH + r")[^/\s\"'?&<>\\%]+"
)
_NAMED = r"\b((?:sessionid|csrftoken|signature|token|passcode|password|x-amz-[a-z-]+)=)[^&\s;,\"'<>\\]+"
_BEARER = r"\b(bearer\s+)[^\s,\"'<>\\]+"
_IN_ADDRESS = r"(://[^/\s:@]*:)[^/\s@]+(?=@)"
_OPENS = re.compile("|".join((_TOKEN_IN_PATH, _NAMED, _BEARER, _IN_ADDRESS)), re.IGNORECASE)
_SECRET_NAMES = {"password", "secret_key"}
# A shorter one, as in a trial, would be found in ordinary words.
_SHORTEST = 8


@receiver(bind_extra_request_metadata)
def _keep_request_id(request: HttpRequest, **_: Any) -> None:
    request.META["kling.request_id"] = structlog.contextvars.get_contextvars().get("request_id", "")


def name_request(logger: WrappedLogger, method: str, line: EventDict) -> EventDict:
    """A structlog processor for Django's own lines: it writes “Not Found” when the request's context has gone."""
    request = getattr(line.get("_record"), "request", None)
    if "request_id" not in line and isinstance(request, HttpRequest) and request.META.get("kling.request_id"):
        line["request_id"] = request.META["kling.request_id"]
    return line


def hide_secrets(logger: WrappedLogger, method: str, line: str) -> str:
    """The last structlog processor: whatever made the line, exceptions included, secrets in it become an ellipsis."""
    own = _own_secrets(tuple(sorted({each for each in _secrets() if len(each) >= _SHORTEST})))
    if own:
        line = own.sub("…", line)
    return _OPENS.sub(lambda found: next(filter(None, found.groups())) + "…", line)


@lru_cache(maxsize=8)
def _own_secrets(secrets: tuple[str, ...]) -> re.Pattern[str] | None:
    written = {*secrets, *(write(each)[1:-1] for each in secrets for write in (json.dumps, repr))}
    return re.compile("|".join(map(re.escape, sorted(written, key=len, reverse=True)))) if written else None


def _secrets() -> Iterator[str]:
    """The values that the settings keep secret."""
    yield from (settings.SECRET_KEY, settings.KIE_API_KEY, settings.KIE_WEBHOOK_KEY)
    for named in (settings.DATABASES, settings.STORAGES, settings.MAILERS):
        yield from _in(named)


def _in(values: dict[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, dict):
            yield from _in(value)
        elif isinstance(value, str) and name.lower() in _SECRET_NAMES:
            yield value
