"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def composer(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
