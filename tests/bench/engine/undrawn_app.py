"""The app behind `undrawn`: it takes the drawing out of this process."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import AppConfig


class Undrawn(AppConfig):
    """Patches what draws; a rename in the product fails loudly here."""

    name = "tests.bench.engine"
    label = "bench_undrawn"

    def ready(self) -> None:
        """Called in every process of the product."""
        fetch, tasks = (
            import_module(name) for name in ("assets.pipeline.fetch", "assets.tasks")
        )  # models exist only now
        if not hasattr(tasks, "draw_clip"):
            raise AttributeError("assets.tasks.draw_clip is gone; the benchmark can't run without posters.")
        facts = fetch.probe
        vars(fetch)["probe"] = lambda path, poster: _facts_and_no_picture(facts, path, poster)
        vars(tasks)["draw_clip"] = draw_nothing


def _facts_and_no_picture(facts: Callable[[Path], Any], path: Path, poster: Path) -> Any:
    poster.touch()
    return facts(path)


def draw_nothing(clip_id: UUID | str) -> None:
    """Instead of `assets.clips.draw_clip`."""
