"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def attention_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def attention_resolve(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
