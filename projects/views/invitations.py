"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def invitation_revoke(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def invitation_resend(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def invitation_accept(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
