"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def notification_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def notification_open(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def notification_read_all(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
