"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def switch(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def settings(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
