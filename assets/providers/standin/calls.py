"""What a createTask must look like, and the little that reading a request takes: limits on calls, forms with files."""

import threading
import time
from collections import deque
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from ..specs import MODELS, ImageToVideo, TextToVideo, VideoRequest, problems

REQUIRED = (500, "This field is required")


def create_problem(call: object) -> tuple[int, str] | None:
    """Code and text with which Kie would turn a createTask down, or None if it is fine."""
    if not isinstance(call, dict) or not isinstance(call.get("input"), dict):
        return 422, "The input cannot be null"
    spec = MODELS.get(str(call.get("model")))
    if spec is None:
        return 422, "The model name you specified is not supported. Please verify it."
    given = call["input"]
    if any(given.get(name) in (None, "", []) for name in spec.fields):
        return REQUIRED
    if set(given) - set(spec.fields) or not isinstance(call.get("callBackUrl", ""), str):
        return 422, "The request holds a field that this model doesn't take"
    request = _request(str(call["model"]), given)
    wrong = problems(request) if request else ["A field has the wrong type"]
    return (422, " ".join(wrong)) if wrong else None


def _request(model: str, given: dict[str, Any]) -> VideoRequest | None:
    """The input as our own value; None if a type is wrong: the duration is text, sound a truth value."""
    prompt, duration, sound = given["prompt"], given["duration"], given["sound"]
    if not (isinstance(prompt, str) and isinstance(duration, str) and duration.isdecimal() and isinstance(sound, bool)):
        return None
    if "aspect_ratio" in given:
        return TextToVideo(prompt, int(duration), sound, str(given["aspect_ratio"]), model)
    urls = given["image_urls"]
    if not isinstance(urls, list) or len(urls) != 1:
        return None
    return ImageToVideo(prompt, str(urls[0]), int(duration), sound, model)


class Gate:
    """At most `limit` calls within `seconds`, the rest turned away; a limit of 0 lets everything pass."""

    def __init__(self, limit: int, seconds: float) -> None:
        self._limit, self._seconds = limit, seconds
        self._passed: deque[float] = deque()
        self._lock = threading.Lock()

    def lets_pass(self) -> bool:
        """Whether this call is within the limit; counts it if so."""
        now = time.monotonic()
        with self._lock:
            while self._passed and now - self._passed[0] > self._seconds:
                self._passed.popleft()
            if self._limit and len(self._passed) >= self._limit:
                return False
            self._passed.append(now)
            return True


def parse_form(content_type: str, body: bytes) -> dict[str, bytes]:
    """The parts of a multipart form by name, their content as it came."""
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP).parsebytes(head + body)
    parts = {}
    for part in message.iter_parts() if message.is_multipart() else ():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(content, bytes):
            parts[name] = content
    return parts
