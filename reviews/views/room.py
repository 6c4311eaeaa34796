"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def version_review(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def version_revise(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
