"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def project_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def project_create(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def project_brief(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def project_edit(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def project_archive(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def project_restore(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
