"""Delivery packages: approved files only, fixed once sealed."""

from typing import Any, Self

from django.db import models
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from assets.models import Version
from projects.models import Organisation, Project, Row, User
from reviews.models.round import Round


def _count(rows: models.QuerySet[Any]) -> Coalesce:
    """How many of these rows belong to the package of the outer query."""
    of_package = rows.filter(package=OuterRef("pk")).order_by().values("package").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(of_package), 0)


class PackageQuerySet(models.QuerySet["Package"]):
    """Packages by who may see them."""

    def visible_to(self, user: User) -> Self:
        """Packages of the person's organisations."""
        return self.filter(organisation__in=Organisation.objects.visible_to(user))

    def counted(self) -> Self:
        """With `clips` and `taken` (downloads), counted for the rows shown only."""
        return self.annotate(clips=_count(PackageItem.objects.all()), taken=_count(Download.objects.all()))


class Package(Row):
    """Approved clips to hand over. Sealing (`sealed_at`) freezes the list, the manifest and its hash."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="packages")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="packages")
    number = models.PositiveIntegerField(help_text="Within the project.")
    name = models.CharField(max_length=120)
    message = models.TextField(max_length=2000, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField(null=True, blank=True)
    sealed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    manifest = models.JSONField(null=True, blank=True)
    manifest_sha256 = models.CharField(max_length=64, blank=True)

    objects = PackageQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["organisation", "-created_at", "-id"]),)
        constraints = (
            models.UniqueConstraint(fields=["project", "number"], name="package_number_once_a_project"),
            models.CheckConstraint(
                condition=Q(sealed_at__isnull=True, manifest__isnull=True)
                | Q(sealed_at__isnull=False, manifest__isnull=False),
                name="sealed_package_has_manifest",
            ),
        )

    def __str__(self) -> str:
        return self.name


class PackageItem(Row):
    """One approved version in a package, with the round that approved exactly this file."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="items")
    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="package_items")
    approval = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="package_items")
    file_sha256 = models.CharField(max_length=64)
    file_name = models.CharField(max_length=160)

    class Meta:
        ordering = ("file_name", "id")
        constraints = (
            models.UniqueConstraint(fields=["package", "version"], name="version_once_a_package"),
            models.UniqueConstraint(fields=["package", "file_name"], name="file_name_once_a_package"),
        )

    def __str__(self) -> str:
        return self.file_name


class Download(Row):
    """Somebody took the zip of a sealed package."""

    package = models.ForeignKey(Package, on_delete=models.PROTECT, related_name="downloads")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="downloads")

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return f"{self.by} at {self.created_at:%Y-%m-%d %H:%M}"
