"""Lines of figures: name, value, unit, and what it must keep and aims at, with a word whether it does."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """What a figure must keep and what it aims at; `least`: it must reach it instead of staying below."""

    must: float
    aim: float
    least: bool = False

    def __str__(self) -> str:
        word = "at least" if self.least else "at most"
        return f"{word} {self.must:g}, aim {self.aim:g}"

    def verdict(self, value: float) -> str:
        """How the value stands to it."""
        if self._holds(value, self.aim):
            return "aim reached"
        return "kept" if self._holds(value, self.must) else "MISSED"

    def _holds(self, value: float, bound: float) -> bool:
        return value >= bound if self.least else value <= bound


def say(name: str, value: float, unit: str, bar: Bar | None = None) -> None:
    """Print one figure at once: a later one may take minutes."""
    judged = f"\t({bar}: {bar.verdict(value)})" if bar else ""
    sys.stdout.write(f"{name}\t{value:.3g}\t{unit}{judged}\n")
    sys.stdout.flush()


def remark(text: str) -> None:
    """A line that is no figure."""
    sys.stdout.write(f"# {text}\n")
    sys.stdout.flush()
