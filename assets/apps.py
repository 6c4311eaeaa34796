"""App configuration."""

from django.apps import AppConfig


class AssetsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "assets"
    default_auto_field = "django.db.models.BigAutoField"
