"""App configuration."""

from django.apps import AppConfig

from assets.signals import version_selected


class ReviewsConfig(AppConfig):
    """See the package's models for what lives here."""

    name = "reviews"

    def ready(self) -> None:
        """Listen to what happens on lower floors; receivers need loaded models, so they are imported now."""
        from reviews import receivers  # noqa: PLC0415

        version_selected.connect(receivers.version_selected, dispatch_uid="reviews.version_selected")
