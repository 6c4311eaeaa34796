"""Notes: comments on a frame or range of a version, their replies, and the takes that answer them."""

from typing import ClassVar, Self

from django.db import models
from django.db.models import F, Q

from assets.models import Take, Version
from projects.models import Row, User


class NoteQuerySet(models.QuerySet["Note"]):
    """Notes by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Notes of the person's organisations."""
        return self.filter(version__in=Version.objects.visible_to(user))

    def open(self) -> Self:
        """Top-level notes that nobody resolved."""
        return self.filter(parent=None, resolved_at=None)


class Note(Row):
    """A comment. `frame` counts from 0 (empty: about the whole clip); `last_frame` makes it a range, both included."""

    OWNER: ClassVar[str] = "version__shot__project"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="notes")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notes")
    text = models.TextField(max_length=4000)
    frame = models.PositiveIntegerField(null=True, blank=True)
    last_frame = models.PositiveIntegerField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ("created_at", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(last_frame=None) | Q(frame__isnull=False, last_frame__gte=F("frame")),
                name="note_range_forward",
            ),
            models.CheckConstraint(condition=Q(parent=None) | Q(frame=None), name="reply_has_no_frame"),
        )

    def __str__(self) -> str:
        return self.text[:60]


class NoteAnswer(Row):
    """A take made to answer a note: the lineage of a revision."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="answers")
    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="note_answers")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["note", "take"], name="take_answers_note_once"),)

    def __str__(self) -> str:
        return f"{self.take} answers “{self.note}”"
