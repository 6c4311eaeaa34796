"""Rows that are only ever added: the ledger and the audit log."""

from typing import Any, Never

from django.db import models

from projects.models.base import Row


class AppendOnlyError(TypeError):
    """Somebody tried to change or delete a row that only ever is added."""


class AppendOnlyQuerySet[M: models.Model](models.QuerySet[M]):
    """Reads and inserts; everything else raises AppendOnlyError."""

    def update(self, **kwargs: Any) -> Never:
        """Refused."""
        raise AppendOnlyError(f"{self.model.__name__} rows can't be changed.")

    def delete(self) -> Never:
        """Refused."""
        raise AppendOnlyError(f"{self.model.__name__} rows can't be deleted.")

    def bulk_update(self, *args: Any, **kwargs: Any) -> Never:
        """Refused."""
        raise AppendOnlyError(f"{self.model.__name__} rows can't be changed.")


class AppendOnly(Row):
    """Abstract base of ledgers and logs: a saved row never changes and never goes."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert once; saving again raises AppendOnlyError."""
        if not self._state.adding:
            raise AppendOnlyError(f"{type(self).__name__} rows can't be changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        """Refused."""
        raise AppendOnlyError(f"{type(self).__name__} rows can't be deleted.")
