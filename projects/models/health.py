"""What the product noted of its own health."""

from django.db import models

from projects.models.base import Row


class InvariantRun(Row):
    """One run over the invariants: how many rows broke one, and the first of them in words; `milliseconds` it took."""

    breaches = models.PositiveIntegerField()
    told = models.TextField(blank=True)
    milliseconds = models.PositiveIntegerField()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["-created_at", "-id"]),)

    def __str__(self) -> str:
        return f"{self.breaches} breaches at {self.created_at:%Y-%m-%d %H:%M}"

    @property
    def rows(self) -> list[str]:
        """The first rows that broke one, a sentence each."""
        return self.told.splitlines()
