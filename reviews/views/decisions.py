"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def round_decide(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
