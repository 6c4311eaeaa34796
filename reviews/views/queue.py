"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def review_queue(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
