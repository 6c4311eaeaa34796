"""The roof as an app: it brings templates, static files and commands, no models."""

from django.apps import AppConfig


class KlingCmsConfig(AppConfig):
    """Roof."""

    name = "kling_cms"
    verbose_name = "Kling CMS"
