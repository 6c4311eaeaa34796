"""Takes: what was asked for, and what people thought of the answer."""

from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from assets.models.asset import AssetVersion
from assets.models.shot import Shot
from projects.goals import Ratio, Route, Seconds
from projects.models import Row, User


class DiscardReason(models.TextChoices):
    """Why a take was put aside."""

    OFF_BRIEF = "off_brief", "Not what the brief asks"
    ARTEFACTS = "artefacts", "Artefacts or distortions"
    MOTION = "motion", "Motion is wrong"
    BRAND = "brand", "Off brand"
    DUPLICATE = "duplicate", "A better take exists"


class TakeQuerySet(models.QuerySet["Take"]):
    """Takes by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Takes of the person's organisations."""
        return self.filter(shot__in=Shot.objects.visible_to(user))


class Take(Row):
    """One paid generation for a shot: the request as it was sent, the rating, and where it came from (`parent`).

    `request_key` is the form's idempotency key plus the take's place in the batch: the same key gives the same take.
    """

    OWNER: ClassVar[str] = "shot__project"

    shot = models.ForeignKey(Shot, on_delete=models.PROTECT, related_name="takes")
    number = models.PositiveIntegerField(help_text="Within the shot, in the order of asking.")
    route = models.CharField(max_length=8, choices=Route)
    model = models.CharField(max_length=60)
    prompt = models.TextField()
    seconds = models.PositiveSmallIntegerField(choices=Seconds)
    sound = models.BooleanField()
    aspect_ratio = models.CharField(max_length=8, choices=Ratio, blank=True, help_text="Empty on the image route.")
    image = models.ForeignKey(AssetVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="takes")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    request_key = models.CharField(max_length=80, unique=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    rating = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    discarded_at = models.DateTimeField(null=True, blank=True)
    discard_reason = models.CharField(max_length=16, choices=DiscardReason, blank=True)

    objects = TakeQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        indexes = (models.Index(fields=["shot", "-created_at", "-id"]),)
        constraints = (
            models.UniqueConstraint(fields=["shot", "number"], name="take_number_once_a_shot"),
            models.CheckConstraint(
                condition=Q(route=Route.TEXT, image=None) | Q(route=Route.IMAGE, image__isnull=False),
                name="take_image_on_image_route",
            ),
            models.CheckConstraint(
                condition=Q(rating=None) | Q(rating__gte=1, rating__lte=5), name="take_rating_one_to_five"
            ),
        )

    def __str__(self) -> str:
        return f"{self.shot} take {self.number}"
