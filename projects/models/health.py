"""What the product noted of its own health."""

from django.db import models
from django.utils import timezone

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


class WorkBeat(Row):
    """One running `manage.py work`, by machine and process id; its metronome moves `seen_at` every few seconds."""

    host = models.CharField(max_length=200)
    pid = models.PositiveIntegerField()
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        ordering = ("-seen_at",)
        constraints = (models.UniqueConstraint(fields=["host", "pid"], name="one_beat_a_process"),)

    def __str__(self) -> str:
        return f"{self.host} {self.pid}"
