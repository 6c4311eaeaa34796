"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def take_job(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def take_cancel(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
