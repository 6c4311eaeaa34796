"""App configuration."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "projects"
    default_auto_field = "django.db.models.BigAutoField"
