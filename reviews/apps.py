"""App configuration."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "reviews"
    default_auto_field = "django.db.models.BigAutoField"
