"""How blows reach processes that run: files in a folder that all of them see."""

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Self

VARIABLE = "CHAOS_FOLDER"


def part() -> str:
    """The name of the part that this process belongs to; "" for whoever looks on."""
    return os.environ.get("CHAOS_PART", "")


@dataclass(frozen=True)
class Control:
    """The folder: `crash` holds one file a crash point, beside it lie what is wrong with storage and clocks."""

    folder: Path

    @classmethod
    def here(cls) -> Self:
        """The folder that the environment names."""
        return cls(Path(os.environ[VARIABLE]))

    @property
    def crash(self) -> Path:
        """Where crash points look."""
        return self.folder / "crash"

    def set(self, name: str, value: str = "") -> None:
        """Let something be wrong."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(value)

    def clear(self, name: str) -> bool:
        """Put it right; False when nobody had to."""
        try:
            (self.folder / name).unlink()
        except FileNotFoundError:
            return False
        return True

    def is_set(self, name: str) -> bool:
        """Whether it is wrong now."""
        return (self.folder / name).exists()

    def clock_offset(self, part: str) -> float:
        """By how many seconds the clock of a part is ahead."""
        with contextlib.suppress(OSError, ValueError):
            return float((self.folder / f"clock-{part}").read_text())
        return 0.0
