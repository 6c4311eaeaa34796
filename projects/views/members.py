"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def member_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def member_invite(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def member_role(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def member_deactivate(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def member_reactivate(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
