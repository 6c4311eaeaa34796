"""A storage that fills up or goes away while it is told to."""

import errno
from typing import Any

from django.core.files.storage import FileSystemStorage

from tests.chaos.control import Control, part

FULL, GONE = "storage-full", "storage-gone"


class ChaosStorage(FileSystemStorage):
    """Files on disk. Full: half of the bytes are written, then no more. Gone: nothing answers."""

    def save(self, name: str | None, content: Any, max_length: int | None = None) -> str:
        """Put it away, as long as there is room."""
        self._answer()
        if _is(FULL):
            super().save(f"{name}.half", content, max_length)
            raise OSError(errno.ENOSPC, "No space left on device")
        return super().save(name, content, max_length)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        self._answer()
        return super().exists(name)

    def open(self, name: str, mode: str = "rb") -> Any:
        """The file, if anything answers."""
        self._answer()
        return super().open(name, mode)

    def _answer(self) -> None:
        if _is(GONE):
            raise OSError(errno.EIO, "Input/output error")


def _is(name: str) -> bool:
    return bool(part()) and Control.here().is_set(name)
