"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def shot_create(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def shot_edit(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
