"""The seam below httpx: sockets that keep a total deadline and, where asked, look at the address before a byte is sent.

httpx's own limits are per read and per write, so an answer that drips a byte a second never ends. Here one `Deadline`
covers name look-up, connect, TLS, sending and reading. A transport serves one call: no idle connection makes the
outcome of a paid call doubtful, and none is shared across a fork.
"""

import functools
import queue
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore
import httpx

type SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]
type Addresses = list[tuple[socket.AddressFamily, str, tuple[Any, ...]]]

# Called with host, port and numeric address before a connection is made and again on the connected socket; raises to
# refuse. What it raises reaches the caller of httpx as it is.
type AddressGuard = Callable[[str, int, str], None]


def is_web_address(url: httpx.URL) -> bool:
    """Whether it is http or https, with a host and port that can be; httpx alone escapes an odd host."""
    host = url.raw_host.decode("ascii", "replace").lower()
    return (
        url.scheme in ("https", "http")
        and re.fullmatch(r"[a-z0-9._-]+|[0-9a-f:.]+", host) is not None
        and (url.port is None or 0 < url.port < 65536)
    )


# Bytes that are read at once, where so many are there.
PIECE = 512 * 1024


class Deadline:
    """A moment on the monotonic clock, `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def left(self) -> float:
        """Seconds that are left; negative when it has passed."""
        return self._end - time.monotonic()

    def within(self, timeout: float | None) -> float:
        """The shorter of `timeout` and what is left, in seconds. Raises TimeoutError when nothing is left."""
        left = self.left()
        if left <= 0:
            raise TimeoutError("the total time is used up")
        return left if timeout is None else min(left, timeout)


@contextmanager
def _mapped(late: type[Exception], broken: type[Exception]) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise late(str(error)) from error
    except OSError as error:
        raise broken(str(error)) from error


class DeadlineStream(httpcore.NetworkStream):
    """A connected socket whose every wait is cut to what the deadline leaves."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _mapped(httpcore.ReadTimeout, httpcore.ReadError):
            self._socket.settimeout(self._deadline.within(timeout))
            # More than was asked for, where it lies ready: to take a piece apart costs the parser as much, be it small.
            return self._socket.recv(max(max_bytes, PIECE))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        with _mapped(httpcore.WriteTimeout, httpcore.WriteError):
            while rest:
                self._socket.settimeout(self._deadline.within(timeout))
                rest = rest[self._socket.send(rest) :]

    def close(self) -> None:
        self._socket.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        try:
            with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
                self._socket.settimeout(self._deadline.within(timeout))
                wrapped = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except Exception:
            self.close()
            raise
        return DeadlineStream(wrapped, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        if info == "ssl_object" and isinstance(self._socket, ssl.SSLSocket):
            return self._socket
        if info == "server_addr":
            return self._socket.getpeername()
        return self._socket if info == "socket" else None


class DeadlineBackend(httpcore.NetworkBackend):
    """Connects within the deadline, and only to addresses that the guard lets pass."""

    def __init__(self, deadline: Deadline, guard: AddressGuard | None = None) -> None:
        self._deadline = deadline
        self._guard = guard

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.NetworkStream:
        with _mapped(httpcore.ConnectTimeout, httpcore.ConnectError):
            within = Deadline(self._deadline.within(timeout))
            sock = self._connect_any(host, port, _look_up(host, port, within), within)
        try:
            self._check(host, port, sock.getpeername()[0])
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except BaseException:
            sock.close()
            raise
        return DeadlineStream(sock, self._deadline)

    def _connect_any(self, host: str, port: int, addresses: Addresses, within: Deadline) -> socket.socket:
        """The first address that answers; each gets its share of the time. A forbidden one is never connected to."""
        refusal: Exception | None = None
        for position, (family, address, where) in enumerate(addresses):
            try:
                self._check(host, port, address)
                return _connect(family, where, within.within(None) / (len(addresses) - position))
            except Exception as error:
                # A host that is down says more than a forbidden neighbour: the first may pass, the second won't.
                refusal = error if refusal is None or isinstance(error, OSError) else refusal
        raise refusal or ConnectionError("the name has no address")

    def _check(self, host: str, port: int, address: str) -> None:
        if self._guard is not None:
            self._guard(host, port, address)


def _connect(family: socket.AddressFamily, where: tuple[Any, ...], timeout: float) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect(where)
    except BaseException:
        sock.close()
        raise
    return sock


def _look_up(host: str, port: int, within: Deadline) -> Addresses:
    """Addresses of a name. In a thread of its own, since the system's look-up knows no time limit."""
    answers: queue.SimpleQueue[Addresses | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(OSError(str(error)))
        else:
            answers.put([(family, str(where[0]), where) for family, _, _, _, where in found])

    threading.Thread(target=ask, daemon=True, name="look-up").start()
    try:
        answer = answers.get(timeout=within.within(None))
    except queue.Empty:
        raise TimeoutError("the name look-up took too long") from None
    if isinstance(answer, OSError):
        raise answer
    return answer


@functools.cache
def _tls() -> ssl.SSLContext:
    """One context a process: reading the certificate store costs more than a call."""
    return httpx.create_ssl_context()


class DirectTransport(httpx.HTTPTransport):
    """httpx's transport over our backend, for one call: no proxy, no retries, HTTP/1.1."""

    def __init__(self, deadline: Deadline, guard: AddressGuard | None = None) -> None:
        super().__init__(verify=_tls(), trust_env=False)
        # httpx 0.28 has no argument for a backend; its own pool has opened nothing yet, so it may be replaced.
        self._pool = httpcore.ConnectionPool(
            ssl_context=_tls(), max_keepalive_connections=0, network_backend=DeadlineBackend(deadline, guard)
        )
