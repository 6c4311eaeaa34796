"""A storage that fills up or goes away while it is told to."""

import errno
from typing import Any

from django.conf import settings
from django.core.files.storage import FileSystemStorage

from tests.chaos.control import Control

FULL, GONE = "storage-full", "storage-gone"


class ChaosStorage(FileSystemStorage):
    """Files on disk. Full: half of the bytes are written, then no more. Gone: nothing answers."""

    def _save(self, name: str, content: Any) -> str:
        self._answer()
        if _is(FULL):
            super()._save(f"{name}.half", content)
            raise OSError(errno.ENOSPC, "No space left on device")
        return super()._save(name, content)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        self._answer()
        return super().exists(name)

    def _open(self, name: str, mode: str = "rb") -> Any:
        self._answer()
        return super()._open(name, mode)

    def _answer(self) -> None:
        if _is(GONE):
            raise OSError(errno.EIO, "Input/output error")


def _is(name: str) -> bool:
    return bool(settings.PART) and Control.here().is_set(name)
