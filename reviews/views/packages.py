"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def package_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def package_create(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def package_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def package_add(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def package_remove(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def package_seal(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def package_delete(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def package_zip(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def package_manifest(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
