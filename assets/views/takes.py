"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def take_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def take_tiles(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def take_rate(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def take_select(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def take_discard(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def take_restore(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def take_retry(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
