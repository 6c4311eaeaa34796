"""Kie's callback: a doorbell. Verify, note, answer; what is true is asked for by a worker."""

import structlog
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from assets.models import Attempt
from assets.pipeline.unknown import HEED
from assets.providers.kie import callback_task_id, verify_callback
from projects.crash_points import crash_point
from projects.queue import enqueue

MAX_BYTES = 64 * 1024


@csrf_exempt
@require_POST
def kie_callback(request: HttpRequest, token: str) -> HttpResponse:
    """Somebody knocks for an attempt. Duplicates, late and false ones lead to one more look at Kie and no more."""
    attempt = get_object_or_404(Attempt, token=token)
    structlog.contextvars.bind_contextvars(generation=str(attempt.generation_id))
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return JsonResponse({"error": "The callback is larger than 64 KiB."}, status=413)
    key = settings.KIE_WEBHOOK_KEY
    if key and not verify_callback(request.headers, body, key, timezone.now().timestamp()):
        return JsonResponse({"error": "The signature is missing, wrong or too old."}, status=403)
    note_callback(attempt, callback_task_id(body) or "")
    return JsonResponse({"ok": True})


def note_callback(attempt: Attempt, task_id: str) -> None:
    """Keep when the first one came and the last task it named, and have a worker look."""
    Attempt.objects.filter(pk=attempt.pk).update(
        callback_at=Coalesce(F("callback_at"), timezone.now()), callback_task_id=task_id or F("callback_task_id")
    )
    crash_point("noting")
    enqueue(HEED, attempt.pk)
    crash_point("noted")
