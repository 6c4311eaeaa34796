"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def kie_callback(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
