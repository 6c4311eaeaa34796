"""Is the process alive, and can it work?"""

from django.core.files.storage import default_storage
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database and storage answer; 503 with the part that doesn't."""
    broken = []
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        broken.append("database")
    try:
        default_storage.exists("readyz")
    except Exception:  # a storage library raises anything; the answer must still be a sentence
        broken.append("storage")
    return JsonResponse({"status": "unready" if broken else "ok", "broken": broken}, status=503 if broken else 200)
