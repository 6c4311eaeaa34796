"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def price_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def price_set(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
