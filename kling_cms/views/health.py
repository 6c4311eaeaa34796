"""Is the process alive, can it work, and how is everything doing?"""

from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from kling_cms.metrics import CONTENT_TYPE, metrics_text
from projects.heartbeats import SILENT, heartbeat_age

# A proxy leaves at least one of these; a request that comes straight to us has none.
BY_PROXY = ("X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Forwarded", "Via")


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database and storage answer and a worker was seen within the last minute; else 503 and what is broken.

    `worker_seconds` is the age of the workers' last sign of life, null when there never was one.
    """
    broken, answer = [], {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        answer = _workers()
        if answer["worker_seconds"] is None or answer["worker_seconds"] > SILENT.total_seconds():
            broken.append("workers")
    except DatabaseError:
        broken.append("database")
    try:
        default_storage.exists("readyz")
    except Exception:  # a storage library raises anything; the answer must still be a sentence
        broken.append("storage")
    told: dict[str, Any] = {"status": "unready" if broken else "ok", "broken": broken, **answer}
    return JsonResponse(told, status=503 if broken else 200)


def _workers() -> dict[str, Any]:
    age = heartbeat_age()
    return {"worker_seconds": None if age is None else round(age.total_seconds(), 1)}


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Figures for Prometheus, for the addresses of METRICS_ALLOWED; anybody else finds no such page."""
    if not _may_scrape(request):
        raise Http404("No such page.")
    return HttpResponse(metrics_text(), content_type=CONTENT_TYPE)


def _may_scrape(request: HttpRequest) -> bool:
    try:
        address = ip_address(_address(request))
    except ValueError:
        return False
    return any(address in network for network in settings.METRICS_ALLOWED)


def _address(request: HttpRequest) -> str:
    """Who really asks; empty when nobody can know.

    A proxy on this machine makes every stranger look like this machine. What came by one counts by the address that the
    trusted proxy added last, and as nobody's where no proxy is trusted or it added none.
    """
    if not any(name in request.headers for name in BY_PROXY):
        return str(request.META.get("REMOTE_ADDR", ""))
    if not settings.TRUST_PROXY:
        return ""
    return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
