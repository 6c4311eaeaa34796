"""App configuration."""

from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "projects"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hear what people do to their accounts; receivers need loaded models, so they are imported now."""
        from projects.actions import security  # noqa: PLC0415

        security.listen()
