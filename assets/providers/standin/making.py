"""Making a task's clip: wait, fetch the start image, render, end the task, ring at the callback. A thread a task."""

import json
import logging
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from .bell import Bell
from .book import Book, Task
from .captions import Words
from .faults import FAILURES, without_tags
from .render import Clip, render

MAX_IMAGE_BYTES = 10 * 1024 * 1024

log = logging.getLogger("kie_standin")


class Maker:
    """Takes tasks from acceptance to their end. `latency` in seconds; None: a task ends when it is told to."""

    def __init__(
        self,
        book: Book,
        results: Path,
        read_upload: Callable[[str], bytes | None],
        *,
        latency: float | None,
        short_side: int,
        fps: int,
        webhook_key: str,
    ) -> None:
        self._book, self._results, self._read_upload = book, results, read_upload
        self._latency, self._short_side, self._fps = latency, short_side, fps
        self._stopping = threading.Event()
        self.bell = Bell(webhook_key, self._stopping, lambda task: record_data(task, latency), book.other_than)
        # Two at once: a burst of tasks mustn't take the machine from the product under test.
        self._slots = threading.Semaphore(2)
        self._threads: list[threading.Thread] = []

    def begin(self, task: Task) -> None:
        """Start on a task, in a thread of its own."""
        thread = threading.Thread(target=self._make, args=(task,), daemon=True, name=task.task_id)
        self._threads = [known for known in self._threads if known.is_alive()] + [thread]
        thread.start()

    def stop(self) -> None:
        """Let go of every task and wait for the threads."""
        self._stopping.set()
        for task in self._book.snapshot():
            task.release.set()
        for thread in self._threads:
            thread.join(timeout=10)

    def latency_of(self, task: Task) -> float | None:
        """How long the task takes, in seconds; None: until it is told."""
        return task.faults.get("slow", self._latency)

    def _make(self, task: Task) -> None:
        early = "early-callback" in task.faults
        wait = None if "never" in task.faults else 0.0 if early else self.latency_of(task)
        spent = time.time() - task.created_ms / 1000
        task.release.wait(None if wait is None else max(0.0, wait - spent))
        if self._stopping.is_set():
            return
        failure = self._produce(task)
        if failure is None:
            self._book.end(task, "success")
        else:
            self._book.end(task, "fail", failure, refund="charged-fail" not in task.faults)
        log.info("%s: %s %s", task.task_id, task.end, task.fail_message)
        self.bell.ring(task)

    def _produce(self, task: Task) -> tuple[str, str] | None:
        """Put the result in its place; the failure's code and message if there is none."""
        told = next((FAILURES[name] for name in task.faults if name in FAILURES), None)
        if told is not None or "empty-result" in task.faults:
            return told
        path = self._results / f"{task.task_id}.mp4"
        if "bad-video" in task.faults:
            path.write_bytes(b"<html><body>This is no video.</body></html>" * 400)
            return None
        image = None
        if task.route == "image-to-video":
            image = self._start_image(task.input["image_urls"][0])
            if image is None:
                return FAILURES["image-fetch"]
        try:
            with self._slots:
                render(self._clip(task, image), path)
        except (OSError, ValueError) as error:
            log.info("%s: %s", task.task_id, error)
            return "422", "The image type is not supported. Use JPEG or PNG."
        except Exception:
            # A thread that dies quietly would leave its task generating for ever.
            log.exception("%s: not rendered", task.task_id)
            return FAILURES["fail-provider"]
        return None

    def _clip(self, task: Task, image: bytes | None) -> Clip:
        given = task.input
        words = Words(without_tags(task.prompt), task.route, task.task_id, int(given["duration"]), given["sound"])
        return Clip(words, given.get("aspect_ratio", "16:9"), image, self._short_side, self._fps)

    def _start_image(self, url: str) -> bytes | None:
        stored = self._read_upload(url)
        if stored is not None:
            return stored
        try:
            with httpx.Client(trust_env=False, timeout=5, follow_redirects=True) as client:
                answer = client.get(url)
        except (httpx.HTTPError, httpx.InvalidURL):
            return None
        return answer.content if answer.status_code == 200 and len(answer.content) <= MAX_IMAGE_BYTES else None


def number(credits: Decimal) -> int | float:
    """Credits as JSON has them."""
    return int(credits) if credits == int(credits) else float(credits)


def record_data(task: Task, latency: float | None) -> dict[str, Any]:
    """A task as recordInfo tells it: JSON in text in JSON, unset values as "" or null."""
    request = {"model": task.model, "input": json.dumps(task.input)}
    if task.callback_url:
        request["callBackUrl"] = task.callback_url
    urls = [] if "empty-result" in task.faults else [task.result_url]
    done = task.completed_ms
    told = task.end == "success" or ("early-result" in task.faults and not task.end)
    data: dict[str, Any] = {
        "taskId": task.task_id,
        "model": task.model,
        "state": task.state(latency),
        "param": json.dumps(request),
        "resultJson": json.dumps({"resultUrls": urls}) if told else "",
        "failCode": task.fail_code or None,
        "failMsg": task.fail_message or None,
        "costTime": done - task.created_ms if done else None,
        "completeTime": done,
        "createTime": task.created_ms,
        "updateTime": done or task.created_ms,
    }
    if task.end and "no-credits-field" not in task.faults:
        data["creditsConsumed"] = number(task.charged)
    return _as_text(data) if "text-fields" in task.faults else data


def _as_text(data: dict[str, Any]) -> dict[str, Any]:
    """The same with every number as text and null as "", and what it took under its older name."""
    told = {name: "" if value is None else str(value) for name, value in data.items()}
    if "creditsConsumed" in told:
        told["consumeCredits"] = told.pop("creditsConsumed")
    return told
