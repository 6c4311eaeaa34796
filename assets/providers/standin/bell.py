"""Ringing at the callback address: once, twice, late, again, or as somebody who isn't us."""

import json
import logging
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx

from ..kie_webhook import callback_signature
from .book import Task

CALLBACK_TRIES = 3
CALLBACK_PAUSE = 1.0
SECONDS_TO_ANSWER = 15.0

log = logging.getLogger("kie_standin")
type Headers = dict[str, str]


class Bell:
    """Sends the letters of tasks that are over. `letter_of`: a task's record; `other_than`: the id of another task."""

    def __init__(
        self,
        key: str,
        stopping: threading.Event,
        letter_of: Callable[[Task], dict[str, Any]],
        other_than: Callable[[Task], str],
    ) -> None:
        self._key, self._stopping = key, stopping
        self._letter_of, self._other_than = letter_of, other_than
        self.rung: list[tuple[str, str, int]] = []

    def ring(self, task: Task) -> None:
        """Everything that comes for one task, as its faults say."""
        if not task.callback_url or "no-callback" in task.faults:
            return
        if "forged-callback" in task.faults:
            self._forge(task)
        if "garbled-callback" in task.faults:
            self._post(task, b'{"code":200,"data":', self._signed(task.task_id))
        if "stranger-callback" in task.faults:
            self._tell_of_another(task)
        self._stopping.wait(task.faults.get("late-callback", 0))
        for _ in range(2 if "twice" in task.faults else 1):
            self._deliver(task)

    def _deliver(self, task: Task) -> None:
        """One callback; up to three tries until it is answered with 200."""
        body, headers = self._letter(task), self._signed(task.task_id)
        for _ in range(CALLBACK_TRIES):
            if self._stopping.is_set() or self._post(task, body, headers) == 200:
                break
            self._stopping.wait(CALLBACK_PAUSE)
            headers = self._signed(task.task_id)
        if "replayed-callback" in task.faults and not self._stopping.wait(task.faults["replayed-callback"]):
            self._post(task, body, headers)

    def _forge(self, task: Task) -> None:
        """Somebody who knows the address but not the key, and somebody who knows neither."""
        body = self._letter(task)
        self._post(task, body, {**self._signed(task.task_id), "X-Webhook-Signature": "Zm9yZ2Vk"} if self._key else {})
        head, _, token = task.callback_url.rstrip("/").rpartition("/")
        self._post(task, body, self._signed(task.task_id), to=f"{head}/{token[::-1]}/")

    def _tell_of_another(self, task: Task) -> None:
        """A true signature, a true address, and the id of a task that is none of this address."""
        other = self._other_than(task)
        body = json.dumps({"code": 200, "msg": "", "data": {"taskId": other, "state": "success"}}).encode()
        self._post(task, body, self._signed(other))

    def _letter(self, task: Task) -> bytes:
        won = task.end == "success"
        letter = {
            "code": 200 if won else 501,
            "msg": "Playground task completed successfully." if won else "Playground task failed.",
            "data": self._letter_of(task),
        }
        return json.dumps(letter).encode()

    def _signed(self, task_id: str) -> Headers:
        if not self._key:
            return {}
        stamp = str(int(time.time()))
        return {
            "X-Webhook-Timestamp": stamp,
            "X-Webhook-Signature": callback_signature(task_id, stamp, self._key),
        }

    def _post(self, task: Task, body: bytes, headers: Headers, to: str = "") -> int:
        """The HTTP status of the answer, 0 for none."""
        address = to or task.callback_url
        try:
            with httpx.Client(trust_env=False, timeout=SECONDS_TO_ANSWER) as client:
                told = {"Content-Type": "application/json", **headers}
                status = client.post(address, content=body, headers=told).status_code
        except (httpx.HTTPError, httpx.InvalidURL):
            status = 0
        self.rung.append((task.task_id, address, status))
        return status
