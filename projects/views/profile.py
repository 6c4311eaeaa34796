"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def profile(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def notification_preferences(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
