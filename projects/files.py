"""Stored files: put away under names that never change their bytes, and handed out after the view asked for the right.

Django serves no byte ranges, and without them every seek in Chromium lands on frame 0. Three ways, by setting: our own
range answers (nothing is read but what was asked for), nginx by X-Accel-Redirect, or a presigned link to the bucket.
"""

import hashlib
import re
import uuid
from pathlib import Path
from typing import IO, Any, NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.core.files import File
from django.core.files.storage import Storage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.utils.http import content_disposition_header

CHUNK = 256 * 1024
LINK_SECONDS = 300
# A name in storage never gets other bytes, so a browser may keep what it was once allowed to see.
CACHE = "private, max-age=86400, immutable"
INLINE = frozenset({"image/jpeg", "image/png", "image/webp", "video/mp4"})
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})", re.ASCII)


class Span(NamedTuple):
    """Bytes `start` up to and including `end`."""

    start: int
    end: int

    @property
    def length(self) -> int:
        """How many bytes."""
        return self.end - self.start + 1


class UnsatisfiableError(Exception):
    """The range lies outside the file."""


def parse_range(header: str, size: int) -> Span | None:
    """The one range of a Range header for a file of `size` bytes; None when the whole file is the right answer.

    Malformed headers, other units and several ranges get the whole file, as RFC 9110 allows. Raises UnsatisfiableError.
    """
    match = RANGE.fullmatch(header.strip())
    if not match or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        if int(last) == 0 or size == 0:
            raise UnsatisfiableError
        return Span(max(size - int(last), 0), size - 1)
    start = int(first)
    if last and int(last) < start:
        return None
    if start >= size:
        raise UnsatisfiableError
    return Span(start, min(int(last), size - 1) if last else size - 1)


class Window:
    """A file that ends where the span ends. `fileno` lets the server use sendfile from the file's own position."""

    def __init__(self, file: IO[Any], length: int) -> None:
        self.file, self.left = file, length
        if hasattr(file, "fileno"):
            self.fileno = file.fileno

    def read(self, most: int = CHUNK) -> bytes:
        """The next bytes; empty at the end of the span."""
        piece: bytes = self.file.read(min(most if most >= 0 else CHUNK, self.left))
        self.left -= len(piece)
        return piece

    def close(self) -> None:
        """Close the file; the response calls this, also when the browser went away."""
        self.file.close()


class WindowResponse(FileResponse):
    """Streams a window; length and disposition are known already."""

    block_size = CHUNK

    def set_headers(self, filelike: Any) -> None:
        """Nothing to find out."""


def serve_file(
    request: HttpRequest, field_file: FieldFile, *, content_type: str, download_name: str | None = None
) -> HttpResponseBase:
    """Answer GET or HEAD with a stored file or the range asked for (200, 206, 304, 416). The view asked for the right.

    `download_name` makes it a download of that name. Anything but images and video of known types is a download anyway.
    Raises Http404 when the row has no file or storage lost it.
    """
    if not field_file or not field_file.name:
        raise Http404("This file is not there yet.")
    headers = _headers(field_file.name, content_type, download_name)
    if settings.X_ACCEL_PREFIX:
        headers["X-Accel-Redirect"] = f"{settings.X_ACCEL_PREFIX}/{quote(field_file.name)}"
        return HttpResponse(headers=headers)
    if settings.S3_PRESIGNED:
        return _presigned(field_file, headers)
    if request.headers.get("If-None-Match") in (headers["ETag"], "*"):
        return HttpResponse(status=304, headers={name: headers[name] for name in ("ETag", "Cache-Control")})
    try:
        file = field_file.storage.open(field_file.name, "rb")
    except FileNotFoundError:
        raise Http404("Storage has lost this file.") from None
    return _answer(request, file, headers)


def _headers(name: str, content_type: str, download_name: str | None) -> dict[str, str]:
    known = content_type in INLINE
    disposition = content_disposition_header(bool(download_name) or not known, download_name or "")
    return {
        "Content-Type": content_type if known else "application/octet-stream",
        "Content-Disposition": disposition or "inline",
        "Cache-Control": CACHE,
        "ETag": f'"{hashlib.sha256(name.encode()).hexdigest()[:32]}"',
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
    }


def _presigned(field_file: FieldFile, headers: dict[str, str]) -> HttpResponse:
    told = {
        "ResponseContentType": headers["Content-Type"],
        "ResponseContentDisposition": headers["Content-Disposition"],
        "ResponseCacheControl": headers["Cache-Control"],
    }
    storage: Any = field_file.storage
    response = HttpResponseRedirect(storage.url(field_file.name, parameters=told, expire=LINK_SECONDS))
    response["Cache-Control"] = f"private, max-age={LINK_SECONDS // 2}"
    return response


def _answer(request: HttpRequest, file: "File[Any]", headers: dict[str, str]) -> HttpResponseBase:
    size = file.size
    try:
        span = _wanted(request, headers["ETag"], size)
    except UnsatisfiableError:
        file.close()
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}", "Accept-Ranges": "bytes"})
    status = 206 if span else 200
    if span:
        headers["Content-Range"] = f"bytes {span.start}-{span.end}/{size}"
    start, length = (span.start, span.length) if span else (0, size)
    headers["Content-Length"] = str(length)
    if request.method == "HEAD":
        file.close()
        return HttpResponse(status=status, headers=headers)
    return WindowResponse(_window(file, start, length), status=status, headers=headers)


def _wanted(request: HttpRequest, etag: str, size: int) -> Span | None:
    header = request.headers.get("Range")
    if not header or request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    return parse_range(header, size)


def _window(file: "File[Any]", start: int, length: int) -> Window:
    bucket_object = getattr(file, "obj", None)
    if bucket_object is None:
        file.seek(start)
        return Window(file, length)
    # django-storages reads a whole object on the first byte; the bucket itself knows ranges.
    file.close()
    asked = {"Range": f"bytes={start}-{start + length - 1}"} if length else {}
    return Window(bucket_object.get(**asked)["Body"], length)


def keep_file(storage: Storage, name: str, source: Path) -> str:
    """Put `source` under `name` unless an object of that size is there already; returns the stored name.

    Nobody may write to `source` afterwards: on one disk it is the stored file itself, under a second name. For
    names made from the content: safe to call twice or at once. On disk the file appears whole or not at all.
    """
    size = source.stat().st_size
    if storage.exists(name) and storage.size(name) == size:
        return name
    try:
        final = Path(storage.path(name))
    except NotImplementedError:
        with source.open("rb") as opened:
            return storage.save(name, File(opened))
    half_done = f"{name}.{uuid.uuid4().hex}.part"
    if not _linked(source, Path(storage.path(half_done))):
        with source.open("rb") as opened:
            half_done = storage.save(half_done, File(opened))
    Path(storage.path(half_done)).replace(final)
    return name


def _linked(source: Path, place: Path) -> bool:
    """Give the file at `source` a second name, where both lie on one disk that can do that: nothing is copied."""
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(source)
        place.chmod(0o644)
    except OSError:
        return False
    return True


def move_file(storage: Storage, old: str, new: str) -> None:
    """Give a stored file another name, which then counts as written now. Raises FileNotFoundError; safe to repeat."""
    try:
        source, target = Path(storage.path(old)), Path(storage.path(new))
    except NotImplementedError:
        with storage.open(old) as opened:
            storage.save(new, opened)
        storage.delete(old)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    target.touch()
