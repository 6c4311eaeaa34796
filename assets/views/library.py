"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def asset_list(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def asset_upload(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def asset_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def asset_retire(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def asset_restore(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def asset_delete(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def asset_file(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def asset_thumbnail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
