"""A server of one function: what it gets and what it says is up to the test, byte by byte."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

type Script = Callable[[socket.socket], None]
type Wrap = Callable[[socket.socket], socket.socket]


@dataclass
class RawServer:
    """Where it listens, and the head of every request that it was sent."""

    port: int
    heads: list[bytes] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.address}"


@contextlib.contextmanager
def raw_server(script: Script | bytes, wrap: Wrap = lambda sock: sock) -> Iterator[RawServer]:
    """Run `script` on each connection after its request was read; bytes are sent as they are. `wrap` may add TLS."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = RawServer(listener.getsockname()[1])

    def answer() -> None:
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            with accepted, contextlib.suppress(OSError), wrap(accepted) as connection:
                connection.settimeout(5)
                server.heads.append(connection.recv(65536))
                if isinstance(script, bytes):
                    connection.sendall(script)
                else:
                    script(connection)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(timeout=5)


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An HTTP answer."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
