"""Clips: the stored video of a ready take and what was drawn from it."""

from decimal import Decimal
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from assets.models.shot import Shot
from assets.models.take import Take
from projects.models import Row, User


class ClipQuerySet(models.QuerySet["Clip"]):
    """Clips by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Clips of the person's organisations."""
        return self.filter(take__shot__in=Shot.objects.visible_to(user))


class Clip(Row):
    """A video by its content hash: `fps_num / fps_den` frames a second, frames counted from 0.

    Poster, sprite (`sprite_frames` pictures side by side) and the 360p proxy may come a little later: empty until then.
    """

    OWNER: ClassVar[str] = "take__shot__project"

    take = models.OneToOneField(Take, on_delete=models.PROTECT, related_name="clip")
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(help_text="Bytes.")
    file = models.FileField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    fps_num = models.PositiveIntegerField()
    fps_den = models.PositiveIntegerField(default=1)
    frames = models.PositiveIntegerField()
    duration_ms = models.PositiveIntegerField()
    video_codec = models.CharField(max_length=20)
    audio_codec = models.CharField(max_length=20, blank=True)
    poster = models.FileField(max_length=200, blank=True)
    sprite = models.FileField(max_length=200, blank=True)
    sprite_frames = models.PositiveSmallIntegerField(default=0)
    proxy = models.FileField(max_length=200, blank=True)

    objects = ClipQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.CheckConstraint(
                condition=Q(frames__gt=0) & Q(fps_num__gt=0) & Q(fps_den__gt=0), name="clip_has_frames"
            ),
        )

    def __str__(self) -> str:
        return f"Clip of {self.take}"

    @property
    def fps(self) -> Decimal:
        """Frames a second."""
        return Decimal(self.fps_num) / Decimal(self.fps_den)

    @property
    def last_frame(self) -> int:
        """Number of the last frame, counted from 0."""
        return self.frames - 1

    @property
    def seconds(self) -> Decimal:
        """Length in seconds, to the millisecond."""
        return Decimal(self.duration_ms) / 1000
