"""Kie's callback: a doorbell. Its signature covers the task id and the time, not the body, so the body is no news."""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

from .kie_answers import parse_json, task_id_in

TIMESTAMP_HEADER = "x-webhook-timestamp"
SIGNATURE_HEADER = "x-webhook-signature"
MAX_AGE_SECONDS = 300


def callback_signature(task_id: str, timestamp: str, key: str) -> str:
    """The signature that Kie puts on a callback: base64 of HMAC-SHA256 over "taskId.timestamp"."""
    digest = hmac.new(key.encode(), f"{task_id}.{timestamp}".encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def callback_task_id(body: bytes) -> str | None:
    """The task that a callback is about, from any of the four places where Kie's pages put it, or None."""
    letter = parse_json(body)
    if not isinstance(letter, dict):
        return None
    for place in (letter.get("data"), letter):
        for name in ("taskId", "task_id"):
            found = task_id_in({"taskId": place.get(name)}) if isinstance(place, dict) else None
            if found:
                return found
    return None


def verify_callback(
    headers: Mapping[str, str], body: bytes, key: str, now: float, *, max_age: float = MAX_AGE_SECONDS
) -> bool:
    """Whether the callback was signed with the key, at most `max_age` seconds from `now` (Unix seconds)."""
    given = {name.lower(): value.strip() for name, value in headers.items()}
    timestamp = given.get(TIMESTAMP_HEADER, "")
    task_id = callback_task_id(body)
    if not key or not task_id or not re.fullmatch(r"[0-9]{1,12}", timestamp):
        return False
    signed = callback_signature(task_id, timestamp, key)
    right = hmac.compare_digest(signed.encode(), given.get(SIGNATURE_HEADER, "").encode())
    return right and abs(now - int(timestamp)) <= max_age
