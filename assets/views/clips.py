"""Stub."""

from django.http import Http404, HttpRequest, HttpResponse


def clip_detail(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def clip_video(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def clip_proxy(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def clip_poster(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def clip_sprite(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def clip_download(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404


def clip_frame(request: HttpRequest, **kwargs: object) -> HttpResponse:
    """Stub."""
    raise Http404
