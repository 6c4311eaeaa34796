"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def note_add(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def note_reply(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def note_resolve(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def note_reopen(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
