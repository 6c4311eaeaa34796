"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def budget_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def budget_month_set(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def budget_project_set(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def budget_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
