"""Waiting pages ask every two seconds whether anything changed; mostly nothing did, which is said for next to nothing.

The page's question carries a promise: our signature on its very words, its address and the session, given when the
person's right was last checked in full. Within a minute, and with the same session's cookie, one query tells whether
all still stands as it did; then the answer is 204, before session, person and membership are read. Whatever differs
takes the whole way through the middleware and the view, which checks the right and gives a new promise.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlencode

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse, HttpResponseBase

from assets.models import Generation
from assets.sheet import tile_stamp, watched

GOOD_FOR_SECONDS = 60
PARAMETER = "quiet"
_signer = TimestampSigner(salt="assets.quiet")


def question(request: HttpRequest, path: str, words: Sequence[str]) -> str:
    """The query with which a page that this person may see asks `path` about `words` (`<take>:<stamp>`)."""
    promise = _signer.sign(_digest(request, path, words))
    return urlencode([*(("watch", word) for word in words), (PARAMETER, promise)]) if words else ""


def job_stamp(state: str, since: datetime) -> str:
    """Changes with every move of a job."""
    return f"{state}@{since.timestamp():.6f}"


class QuietPolls:
    """Middleware: answers 204 to a question under a good promise when nothing has changed."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """One query at most of its own."""
        if f"{PARAMETER}=" in request.META.get("QUERY_STRING", "") and _stands(request):
            return HttpResponse(status=204, headers={"Cache-Control": "no-store"})
        return self.get_response(request)


def _stands(request: HttpRequest) -> bool:
    words = request.GET.getlist("watch")
    try:
        digest = _signer.unsign(request.GET.get(PARAMETER, ""), max_age=GOOD_FOR_SECONDS)
    except BadSignature:
        return False
    return request.method == "GET" and digest == _digest(request, request.path, words) and _unchanged(words)


def _digest(request: HttpRequest, path: str, words: Sequence[str]) -> str:
    session = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    return sha256("\n".join((session, path, *words)).encode(errors="replace")).hexdigest()


def _unchanged(words: Sequence[str]) -> bool:
    asked = watched(words)
    found = Generation.objects.filter(take__in=asked).order_by()
    rows = found.values_list("take_id", "state", "state_since", "take__clip__proxy")
    still = {
        take for take, state, since, proxy in rows if asked[take] in (tile_stamp(state, proxy), job_stamp(state, since))
    }
    return bool(asked) and still == set(asked)
