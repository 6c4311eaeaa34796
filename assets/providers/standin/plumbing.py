"""The plumbing below the stand-in's endpoints: bodies in, JSON and files with byte ranges out."""

import json
import logging
import re
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

MAX_BODY_BYTES = 32 * 1024 * 1024
CHUNK = 256 * 1024

log = logging.getLogger("kie_standin")


class Plumbing(BaseHTTPRequestHandler):
    """One connection, kept open between requests."""

    protocol_version = "HTTP/1.1"
    server_version = "kie-standin"
    timeout = 60

    def log_message(self, format: str, *args: object) -> None:
        log.debug(format, *args)

    def body(self) -> bytes | None:
        """The whole body, plain or in chunks; None if it is too long."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            length = int(self.headers.get("Content-Length") or 0)
            return self.rfile.read(length) if length <= MAX_BODY_BYTES else None
        body = bytearray()
        while (size := int(self.rfile.readline().strip() or b"0", 16)) > 0:
            body += self.rfile.read(size)
            self.rfile.readline()
            if len(body) > MAX_BODY_BYTES:
                return None
        self.rfile.readline()
        return bytes(body)

    def send(self, body: bytes, *, status: int = 200, kind: str = "application/json", **headers: str) -> None:
        """Answer with a body; a header's name is written with underscores, one without a value is left out."""
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def say(self, data: object, **more: object) -> None:
        """Answer with code 200 and data."""
        self.send(json.dumps({"code": 200, "msg": "success", "data": data, **more}).encode())

    def refuse(self, code: int, message: str, *, status: int = 200, retry_after: str = "") -> None:
        """Answer with a code that isn't 200, and no data. HTTP stays 200 unless told otherwise, as at Kie."""
        body = json.dumps({"code": code, "msg": message, "data": None}).encode()
        self.send(body, status=status, retry_after=retry_after)

    def as_json(self, body: bytes) -> Any:
        try:
            return json.loads(body)
        except ValueError:
            return None

    def serve(self, path: Path, kind: str) -> None:
        """A file, whole or the one range that was asked for."""
        try:
            size = path.stat().st_size
        except OSError:
            return self.send(b"Not found", status=404, kind="text/plain")
        start, stop = byte_range(self.headers.get("Range", ""), size)
        if start >= stop and size:
            return self.send(b"", status=416, kind=kind, content_range=f"bytes */{size}")
        part = stop - start < size
        self.send_response(206 if part else 200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(stop - start))
        self.send_header("Accept-Ranges", "bytes")
        if part:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{size}")
        self.end_headers()
        if self.command != "HEAD":
            self._pour(path, start, stop)
        return None

    def _pour(self, path: Path, start: int, stop: int) -> None:
        with path.open("rb") as file:
            file.seek(start)
            while start < stop and (piece := file.read(min(CHUNK, stop - start))):
                self.wfile.write(piece)
                start += len(piece)


def byte_range(header: str, size: int) -> tuple[int, int]:
    """First byte and the one after the last that a Range header asks for; all of them if it asks for nothing we know.

    An empty stretch (first >= after) means that the range lies outside of the file.
    """
    found = re.fullmatch(r"bytes=([0-9]*)-([0-9]*)", header.strip())
    if found is None or found[1] == found[2] == "":
        return 0, size
    if found[1] == "":
        return max(0, size - int(found[2])), size
    stop = min(int(found[2]) + 1, size) if found[2] else size
    return int(found[1]), stop
