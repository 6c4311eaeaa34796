"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def review_ask(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def round_withdraw(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
