"""Answers that no client should have to read: broken off, endless, packed, empty, from another planet."""

import contextlib
import gzip
import json
import socket
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

from .desk import Desk
from .plumbing import Plumbing

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
HUGE_BYTES = 8 * 1024 * 1024
BOMB_BYTES = 64 * 1024 * 1024
DRIP_SECONDS = 0.2


class Messes(Plumbing):
    """What may come instead of a good answer. Each takes the data that a good one would hold."""

    standin: Desk

    def mess(self, name: str, data: object) -> None:
        """Answer in the way of that name."""
        MESSES[name](self, data)

    def _no_task_id(self, data: object) -> None:
        self.say({})

    def _null_data(self, data: object) -> None:
        self.say(None)

    def _code_text(self, data: object) -> None:
        body = {"code": "200", "message": "success", "data": data}
        self.send(json.dumps(body).encode())

    def _html(self, data: object) -> None:
        self.send(HTML, status=502, kind="text/html")

    def _empty(self, data: object) -> None:
        self.send(b"")

    def _truncated(self, data: object) -> None:
        self.promise(80)
        self.wfile.write(b'{"code":200,"msg":"success","data":{"task')

    def _hang(self, data: object) -> None:
        self.close_connection = True
        self.standin.stopping.wait(self.standin.hang_seconds)

    def _drip(self, data: object) -> None:
        self.promise(1_000_000)
        self.drip(b" ", DRIP_SECONDS)

    def _huge(self, data: object) -> None:
        self.close_connection = True
        body = json.dumps({"code": 200, "msg": "x" * HUGE_BYTES, "data": data}).encode()
        with contextlib.suppress(ConnectionError):  # who is wise hangs up early
            self.send(body)

    def _gzip_bomb(self, data: object) -> None:
        body = json.dumps({"code": 200, "msg": "x" * BOMB_BYTES, "data": data}).encode()
        self.send(gzip.compress(body, 1), content_encoding="gzip")

    def _redirect(self, data: object) -> None:
        self.send(b"", status=307, location=self.path)

    def _reset(self, data: object) -> None:
        self.reset()

    def promise(self, length: int, kind: str = "application/json") -> None:
        """The head of an answer of so many bytes, of which not all will come."""
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def drip(self, piece: bytes, pause: float) -> None:
        """A piece every `pause` seconds, for as long as the fault `hang` would take or the caller listens."""
        with contextlib.suppress(ConnectionError):
            for _ in range(round(self.standin.hang_seconds / pause)):
                if self.standin.stopping.wait(pause):
                    return
                self.wfile.write(piece)

    def reset(self) -> None:
        """Cut the connection."""
        self.close_connection = True
        # Lingering for 0 seconds turns the close into a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


# What a caller sees of a task that was accepted and charged all the same.
MESSES: Mapping[str, Callable[[Messes, object], None]] = MappingProxyType(
    {
        "no-task-id": Messes._no_task_id,
        "null-data": Messes._null_data,
        "code-text": Messes._code_text,
        "html": Messes._html,
        "empty": Messes._empty,
        "truncated": Messes._truncated,
        "hang": Messes._hang,
        "drip": Messes._drip,
        "huge": Messes._huge,
        "gzip-bomb": Messes._gzip_bomb,
        "redirect": Messes._redirect,
        "reset": Messes._reset,
    }
)
