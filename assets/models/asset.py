"""Brand assets: images a team owns, with their rights. A version of an asset is its bytes' SHA-256."""

from datetime import date, timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q

from projects.models import Organisation, Row, User


class Licence(models.TextChoices):
    """On what ground the team may use an asset."""

    OWNED = "owned", "Owned"
    LICENSED = "licensed", "Licensed"
    STOCK = "stock", "Stock"
    CLIENT = "client", "From the client"
    UNKNOWN = "unknown", "Not known yet"


class Consent(models.TextChoices):
    """Whether people shown agreed."""

    NOT_NEEDED = "not_needed", "No people shown"
    GIVEN = "given", "Given"
    MISSING = "missing", "Missing"


class Tag(Row):
    """A word to find assets by, written in lower case."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="tags")
    name = models.CharField(max_length=40)

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["organisation", "name"], name="tag_once_an_organisation"),)

    def __str__(self) -> str:
        return self.name


EXPIRES_SOON = timedelta(days=30)


class AssetState(models.TextChoices):
    """How an asset stands on a day; each but CURRENT has a look in `projects.states`."""

    CURRENT = "current", "Current"
    EXPIRING = "expiring", "Rights expire soon"
    EXPIRED = "expired", "Rights expired"
    RETIRED = "retired", "Retired"


class AssetQuerySet(models.QuerySet["Asset"]):
    """Assets by who may see them and whether they may start a clip."""

    def visible_to(self, user: User) -> Self:
        """Assets of the person's organisations."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def current(self) -> Self:
        """Not retired."""
        return self.filter(retired_at=None)

    def in_state(self, state: AssetState, today: date) -> Self:
        """Those that `Asset.state_on` calls so; CURRENT here means not retired, whatever the rights."""
        if state == AssetState.RETIRED:
            return self.filter(retired_at__isnull=False)
        if state == AssetState.EXPIRED:
            return self.current().filter(expires_on__lt=today)
        if state == AssetState.EXPIRING:
            return self.current().filter(expires_on__gte=today, expires_on__lte=today + EXPIRES_SOON)
        return self.current()


class Asset(Row):
    """An image, slide or frame the team owns. `current_version` is what new takes start from.

    A frame of a clip names its `source_clip` and `source_frame` (from 0); one frame becomes one asset.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="assets")
    name = models.CharField(max_length=120)
    tags = models.ManyToManyField(Tag, blank=True, related_name="assets")
    licence = models.CharField(max_length=12, choices=Licence, default=Licence.UNKNOWN)
    consent = models.CharField(max_length=12, choices=Consent, default=Consent.NOT_NEEDED)
    expires_on = models.DateField("rights expire on", null=True, blank=True)
    current_version = models.ForeignKey(
        "assets.AssetVersion", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    source_clip = models.ForeignKey(
        "assets.Clip", null=True, blank=True, on_delete=models.PROTECT, related_name="frames_taken"
    )
    source_frame = models.PositiveIntegerField(null=True, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = AssetQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["organisation", "-created_at", "-id"]),)
        constraints = (
            models.UniqueConstraint(fields=["source_clip", "source_frame"], name="one_asset_a_frame"),
            models.CheckConstraint(
                condition=Q(source_clip=None, source_frame=None)
                | Q(source_clip__isnull=False, source_frame__isnull=False),
                name="asset_frame_has_clip",
            ),
        )

    def __str__(self) -> str:
        return self.name

    def state_on(self, today: date) -> AssetState:
        """Retired, expired, expiring within 30 days, or current."""
        if self.retired_at:
            return AssetState.RETIRED
        if self.expires_on is None or self.expires_on > today + EXPIRES_SOON:
            return AssetState.CURRENT
        return AssetState.EXPIRED if self.expires_on < today else AssetState.EXPIRING

    def rights_problem(self, today: date) -> str:
        """Why this asset may not start a clip on that day; empty when it may."""
        if self.retired_at:
            return f"“{self.name}” is retired. Pick another asset or bring it back in the library."
        if self.expires_on and self.expires_on < today:
            return (
                f"The rights to “{self.name}” expired on {self.expires_on:%d %b %Y}. Renew them in the library first."
            )
        if self.consent == Consent.MISSING:
            return f"Consent is missing for “{self.name}”. Record it in the library first."
        return ""


class AssetVersionQuerySet(models.QuerySet["AssetVersion"]):
    """Versions of assets by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Those of the person's organisations."""
        return self.filter(asset__in=Asset.objects.visible_to(user))


class AssetVersion(Row):
    """The bytes of an asset: re-encoded PNG or JPEG without metadata, found by their SHA-256."""

    OWNER: ClassVar[str] = "asset"

    asset = models.ForeignKey(Asset, on_delete=models.PROTECT, related_name="versions")
    sha256 = models.CharField(max_length=64)
    file = models.FileField(max_length=200)
    thumbnail = models.FileField(max_length=200)
    content_type = models.CharField(max_length=40)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField(help_text="Bytes of the stored file.")
    original_name = models.CharField(max_length=200, help_text="The person's file name; data, never a path.")

    objects = AssetVersionQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(fields=["asset", "sha256"], name="asset_version_once"),
            models.CheckConstraint(condition=Q(width__gt=0) & Q(height__gt=0), name="asset_version_has_pixels"),
        )

    def __str__(self) -> str:
        return f"{self.asset} {self.sha256[:8]}"
