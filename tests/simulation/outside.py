"""Everything else that a pipeline touches: result hosts, storage, decoder, queue; each fails now and then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from django.core.files.storage import Storage
from django.db import transaction

from assets.media.probe import NotAVideo, Probe, ReadingStopped
from assets.providers import safe_http
from tests.simulation.kie import SimKie

BAD = b"<!doctype html>"
PROBE = Probe(1280, 720, 24, 1, 120, 5000, "h264", "", "mp4")
OF_THE_PIPELINE = ("assets.tasks.submit", "assets.tasks.advance", "assets.tasks.heed", "assets.tasks.check_account")


class SimStorage(Storage):
    """Objects by name, as in a bucket. `seam` is called before each touch; `fails` says whether a save does."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.seam: Callable[[], None] = lambda: None
        self.fails: Callable[[], bool] = lambda: False

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The same name: a bucket overwrites."""
        return name

    def exists(self, name: str) -> bool:
        """Whether there is such an object."""
        self.seam()
        return name in self.objects

    def size(self, name: str) -> int:
        """In bytes. Raises FileNotFoundError."""
        if name not in self.objects:
            raise FileNotFoundError(name)
        return len(self.objects[name])

    def _save(self, name: str, content: Any) -> str:
        self.seam()
        if self.fails():
            raise OSError(28, "No space left on device")
        self.objects[name] = content.read()
        self.seam()
        return name


@dataclass
class ResultHost:
    """Replaces `safe_http.fetch` and the probe."""

    rng: Random
    kie: SimKie
    seam: Callable[[], None]
    stormy: bool = True
    faults: Counter[str] = field(default_factory=Counter)

    def fetch(
        self, url: str, sink: Callable[[bytes], object], limits: safe_http.Limits, allowed: Collection[str]
    ) -> safe_http.Fetched:
        """As `safe_http.fetch`."""
        self.seam()
        kind = self._kind(fresh=url.endswith("?fresh"))
        if kind == "gone":
            raise safe_http.LinkGone("The link has run out (HTTP 403).")
        if kind == "broken":
            sink(b"clip of")
            raise safe_http.FetchFailed("The host sent too slowly.")
        if kind == "private":
            raise safe_http.UnsafeAddress("The address leads into a private network.")
        content = BAD if kind == "bad" else self.kie.tasks[url.rpartition("/")[2].partition("?")[0]].content
        sink(content)
        self.seam()
        return safe_http.Fetched(len(content), "video/mp4")

    def _kind(self, *, fresh: bool) -> str:
        if not self.stormy:
            return "good"
        weights = {"good": 72, "broken": 14, "gone": 0 if fresh else 7, "bad": 5, "private": 2}
        (kind,) = self.rng.choices(list(weights), list(weights.values()))
        self.faults[f"fetch-{kind}"] += kind != "good"
        return kind

    def probe(self, path: Path, poster: Path) -> Probe:
        """As `assets.media.probe.probe`."""
        self.seam()
        if self.stormy and self.rng.random() < 0.03:
            raise ReadingStopped("Reading the video was stopped.")
        if path.read_bytes() == BAD:
            raise NotAVideo("This is no MP4 video: it is a web page or XML text.")
        poster.write_bytes(b"a picture")
        return PROBE


@dataclass
class Post:
    """The queue: entries appear with the commit; they come once, twice, late or never."""

    rng: Random
    deliver: Callable[[float, str, str], None]
    stormy: bool = True
    faults: Counter[str] = field(default_factory=Counter)

    def put(self, task: str, key: str, **options: Any) -> None:
        """As django-q2's `async_task`."""
        if task in OF_THE_PIPELINE:
            transaction.on_commit(lambda: self._carry(task, key))

    def _carry(self, task: str, key: str) -> None:
        if not self.stormy:
            return self.deliver(0.05, task, key)
        (kind,) = self.rng.choices(("once", "twice", "late", "never"), (74, 9, 9, 8))
        self.faults[f"message-{kind}"] += kind != "once"
        for _ in range({"never": 0, "twice": 2}.get(kind, 1)):
            self.deliver(self.rng.uniform(30, 500) if kind == "late" else self.rng.uniform(0.05, 3), task, key)
        return None
