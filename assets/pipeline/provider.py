"""The one place that makes the client: tests and the demo point it at the stand-in by settings."""

from django.conf import settings

from assets.providers.base import Provider
from assets.providers.kie import Kie


def kie() -> Provider:
    """A client for Kie.ai as the settings say. Raises ValueError for a key or an address that can't be one."""
    return Kie(settings.KIE_API_URL, settings.KIE_UPLOAD_URL, settings.KIE_API_KEY)
