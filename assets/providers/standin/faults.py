"""What can go wrong on purpose: the table of faults, how they are written, and which are due.

A fault is written NAME, NAME=VALUE or either with *N for "the first N times": `slow=20`, `429*2`. In a prompt it stands
as a tag, `[kie:429*2]`, and concerns the tasks of that prompt; set on the stand-in it concerns every call, and with
~SECONDS it is over after so long: `455~10`.
"""

import re
import threading
import time
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

ASK_MESSES = ("code-text", "null-data", "empty", "truncated", "hang", "reset", "drip", "huge", "gzip-bomb", "redirect")
FAULTS: Mapping[str, str] = MappingProxyType(
    {
        # On create: refused, no task, nothing charged.
        "400": "create: code 400, wrong parameters",
        "401": "create: code 401, the key isn't accepted",
        "402": "create: code 402, out of credits",
        "422": "create: code 422, wrong parameters",
        "429": "create: code 429, too many requests, Retry-After: 1",
        "433": "create: code 433, the key's own cap is reached",
        "455": "create: code 455, maintenance",
        "505": "create: code 505, the model is switched off",
        "validation-500": "create: code 500 with “This field is required”",
        "http-500": "create: HTTP 500 and code 500; no task, though the caller can't know",
        "dropped": "create: the connection is reset; no task, though the caller can't know",
        # On create: the task is made and charged, but the caller doesn't hear of it properly.
        "no-task-id": "create: accepted and charged, the answer lacks the taskId",
        "null-data": "create: accepted and charged, the answer's data is null",
        "html": "create: accepted and charged, the answer is HTTP 502 with a page of HTML",
        "empty": "create: accepted and charged, the answer is empty",
        "huge": "create: accepted and charged, the answer has 8 MiB",
        "gzip-bomb": "create: accepted and charged, the answer unpacks to 64 MiB",
        "drip": "create: accepted and charged, the answer comes a byte at a time and never ends",
        "redirect": "create: accepted and charged, the answer leads to the same call again",
        "truncated": "create: accepted and charged, the answer breaks off in the middle",
        "hang": "create: accepted and charged, no answer comes",
        "reset": "create: accepted and charged, the connection is reset",
        "answer": "create: accepted and charged, the answer takes VALUE seconds",
        "code-text": "create: accepted and charged, the answer's code is text, and its text a “message”",
        # The task.
        "fail-provider": "task: fails with “Internal Error”, 0 credits",
        "moderation": "task: fails on its content, 0 credits",
        "invalid-input": "task: fails with “This field is required”, 0 credits",
        "image-fetch": "task: fails since the image can't be fetched, 0 credits",
        "charged-fail": "task: fails with “Internal Error” and keeps the credits",
        "never": "task: waits for ever",
        "slow": "task: takes VALUE seconds",
        "late-record": "task: isn't known to recordInfo for VALUE seconds",
        "overcharge": "task: takes twice the price",
        "no-credits-field": "task: its record doesn't say what it took",
        "text-fields": "task: its record has text for numbers, and what it took under the older name",
        "early-result": "task: its record names a result while it still runs",
        "empty-result": "task: succeeds with an empty list of results",
        "private-link": "task: its result's address lies in a private network, so nobody may fetch it",
        "bad-video": "task: the result is no video",
        "gone": "task: the result answers 404",
        "expired": "task: the result answers 403 until download-url gives a fresh link",
        "result-500": "result: HTTP 500, the first VALUE times",
        "result-cut": "result: breaks off in the middle, the first VALUE times",
        "result-drip": "result: comes a byte at a time, the first VALUE times",
        "result-page": "result: a page of HTML with HTTP 200, the first VALUE times",
        "result-huge": "result: a terabyte is announced, the first VALUE times",
        "result-moved": "result: a redirect to its true place, the first VALUE times",
        "result-private": "result: a redirect into a private network, the first VALUE times",
        # The callback.
        "no-callback": "callback: none",
        "twice": "callback: comes twice",
        "late-callback": "callback: comes VALUE seconds late",
        "early-callback": "callback: comes before the answer to the create",
        "replayed-callback": "callback: the very same comes again after VALUE seconds",
        "forged-callback": "callback: before it come one with a false signature and one to a false address",
        "garbled-callback": "callback: before it comes one that is no JSON",
        "stranger-callback": "callback: before it comes one that names another task",
        # Free calls; only as a fault of the run.
        "ask-500": "recordInfo: HTTP 500",
        "ask-429": "recordInfo: code 429",
        "ask-html": "recordInfo: a page of HTML",
        **{f"ask-{name}": f"recordInfo: as {name} on create" for name in ASK_MESSES},
        "credit-500": "credit: HTTP 500",
        "upload-500": "upload: HTTP 500",
    }
)
REFUSALS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "400": (400, "Invalid request parameters"),
        "401": (401, "You do not have access permissions"),
        "402": (402, "Credits insufficient: your current balance is not enough to run this request"),
        "422": (422, "Validation error: the request parameters are not valid"),
        "429": (429, "Your call frequency is too high. Please try again later."),
        "433": (433, "The credit limit of this key has been reached"),
        "455": (455, "The website is under maintenance"),
        "505": (505, "This feature is currently disabled"),
        "validation-500": (500, "This field is required"),
    }
)
FAILURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "fail-provider": ("500", "Internal Error, Please try again later."),
        "charged-fail": ("500", "Internal Error, Please try again later."),
        "moderation": ("400", "Your prompt was flagged by Website as violating content policies: sensitive content."),
        "invalid-input": ("422", "This field is required"),
        "image-fetch": ("400", "Image fetch failed. Check access settings or use our File Upload API instead."),
    }
)
_WRITTEN = re.compile(r"([a-z0-9-]+)(?:=([0-9]+(?:\.[0-9]+)?))?(?:\*([0-9]+))?(?:~([0-9]+(?:\.[0-9]+)?))?")
_TAG = re.compile(r"\[kie:([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its name in the table, its value (most have none), for how many times and seconds (None: always)."""

    name: str
    value: float = 1.0
    times: int | None = None
    seconds: float | None = None


def parse_fault(text: str) -> Fault:
    """A fault as it is written. Raises ValueError with a sentence if it isn't in the table."""
    written = _WRITTEN.fullmatch(text.strip())
    if written is None or written[1] not in FAULTS:
        raise ValueError(f"“{text}” isn't a fault that the stand-in knows.")
    times, seconds = (int(written[3]) if written[3] else None), (float(written[4]) if written[4] else None)
    return Fault(written[1], float(written[2] or 1), times, seconds)


def faults_in(prompt: str) -> list[Fault]:
    """The faults that a prompt's tags ask for. Raises ValueError for an unknown one."""
    return [parse_fault(text) for text in _TAG.findall(prompt)]


def without_tags(prompt: str) -> str:
    """The prompt as it is shown on the clip."""
    return " ".join(_TAG.sub(" ", prompt).split())


class FaultBox:
    """The faults of a run, and how often each counted one was used. Safe between threads."""

    def __init__(self, texts: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._used: Counter[tuple[str, Fault]] = Counter()
        self._until: dict[Fault, float] = {}
        for text in texts:
            self.add(text)

    def add(self, text: str) -> None:
        """Set a fault for every call from now on. Raises ValueError for an unknown one."""
        fault = parse_fault(text)
        with self._lock:
            self._faults.append(fault)
            self._used[("", fault)] = 0
            if fault.seconds is not None:
                self._until[fault] = time.monotonic() + fault.seconds

    def clear(self) -> None:
        """Take all faults of the run away."""
        with self._lock:
            self._faults.clear()

    def for_create(self, prompt: str) -> dict[str, float]:
        """Names and values of the faults that concern a create, each counted as used once."""
        with self._lock:
            due = [("", fault) for fault in self._faults if not fault.name.startswith(("ask-", "credit-", "upload-"))]
            due += [(prompt, fault) for fault in faults_in(prompt)]
            return {fault.name: fault.value for scope, fault in due if self._use(scope, fault)}

    def hit(self, *names: str) -> str | None:
        """The first of the names that is set and not used up; counts it as used once."""
        with self._lock:
            return next((f.name for f in self._faults if f.name in names and self._use("", f)), None)

    def _use(self, scope: str, fault: Fault) -> bool:
        if time.monotonic() > self._until.get(fault, float("inf")):
            return False
        self._used[(scope, fault)] += 1
        return fault.times is None or self._used[(scope, fault)] <= fault.times
