"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def ledger_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def ledger_csv(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
