"""Fetching what others point us to: only the public internet, every hop, no more than allowed."""

import socket
import time
from io import BytesIO

import httpcore
import pytest

from assets.providers import network
from assets.providers.network import Deadline, DeadlineBackend
from assets.providers.safe_http import (
    Fetched,
    FetchError,
    FetchFailed,
    Limits,
    LinkGone,
    TooLarge,
    UnsafeAddress,
    fetch,
    is_forbidden,
)

from .raw import http, raw_server


def save(url: str, *allowed: str, limits: Limits = Limits()) -> tuple[Fetched, bytes]:  # noqa: B008 - frozen
    sink = BytesIO()
    return fetch(url, sink.write, limits, allowed), sink.getvalue()


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.1", "10.1.2.3", "100.64.0.1", "100.100.100.200", "127.0.0.1", "127.9.9.9", "168.63.129.16",
        "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1",
        "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
        "::", "::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "::7f00:1", "64:ff9b::7f00:1",
        "64:ff9b:1::1", "100::1", "2001::1", "2001:10::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "5f00::1",
        "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "", "localhost", "1.2.3",
    ],
)  # fmt: skip
def test_forbidden(address: str) -> None:
    assert is_forbidden(address)


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.32.0.1", "223.255.255.255", "2606:4700::1111",
     "2a00:1450::1", "::ffff:8.8.8.8"],
)  # fmt: skip
def test_public(address: str) -> None:
    assert not is_forbidden(address)


def test_allowed_host_is_fetched() -> None:
    with raw_server(http(b"film", "Content-Type: video/MP4; x=y")) as server:
        assert save(f"{server.url}/a.mp4#t=1", server.address) == (Fetched(4, "video/mp4"), b"film")


def test_nothing_of_ours_is_sent_along() -> None:
    with raw_server(http(b"film")) as server:
        save(f"{server.url}/a.mp4", server.address)
        head = server.heads[0].lower()
    assert not any(word in head for word in (b"authorization", b"cookie", b"referer"))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/a.mp4", "ftp://example.com/a", "file:///etc/passwd", "//example.com/a", "a.mp4", "",
        "https://", "https://user:pw@example.com/a", "https://example.com:99999/a", "https://exa mple.com/", "https://[/",
        "https://127.0.0.1/a", "https://2130706433/a", "https://0x7f.1/a", "https://[::1]/a", "https://[::ffff:7f00:1]/a",
        "https://localhost/a", "https://169.254.169.254/latest/meta-data", "https://100.64.0.1/", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_unsafe_address_is_refused(url: str) -> None:
    with pytest.raises(UnsafeAddress) as caught:
        save(url)
    assert not caught.value.retry_later


def test_forbidden_host_gets_no_byte() -> None:
    with raw_server(http(b"secret")) as server:
        with pytest.raises(UnsafeAddress):
            save(f"https://localhost:{server.port}/", "127.0.0.1:1")
        assert server.heads == []


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:1/", "https://10.0.0.1/", "https://localhost/", "http://example.com/", "file:///etc"]
)
def test_redirect_to_an_unsafe_address_is_refused(target: str) -> None:
    with raw_server(http(b"", f"Location: {target}", status="302 Found")) as server:
        with pytest.raises(UnsafeAddress):
            save(server.url, server.address)
        assert len(server.heads) == 1


def test_redirect_to_an_allowed_host_is_followed() -> None:
    with raw_server(http(b"film")) as other:
        moved = http(b"", f"Location: {other.url}/b.mp4", status="301 Moved Permanently")
        with raw_server(moved) as server:
            assert save(server.url, server.address, other.address)[1] == b"film"


def test_redirects_end() -> None:
    with raw_server(http(b"", "Location: /again", status="302 Found")) as server:
        with pytest.raises(FetchFailed):
            save(server.url, server.address)
        assert len(server.heads) == 4


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("403 Forbidden", LinkGone),
        ("404 Not Found", LinkGone),
        ("410 Gone", LinkGone),
        ("500 Error", FetchFailed),
        ("204 No Content", FetchFailed),
        ("206 Partial Content", FetchFailed),
    ],
)
def test_status(status: str, kind: type[FetchError]) -> None:
    with raw_server(http(b"", status=status)) as server, pytest.raises(kind):
        save(server.url, server.address)


@pytest.mark.parametrize(
    "answer",
    [
        http(b"x" * 1001),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 1001,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + b"x" * 1001 + b"\r\n0\r\n\r\n",
    ],
)
def test_too_large(answer: bytes) -> None:
    with raw_server(answer) as server, pytest.raises(TooLarge):
        save(server.url, server.address, limits=Limits(max_bytes=1000))


@pytest.mark.parametrize("answer", [b"", b"hello", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nfilm"])
def test_broken_off(answer: bytes) -> None:
    with raw_server(answer) as server, pytest.raises(FetchFailed) as caught:
        save(server.url, server.address)
    assert caught.value.retry_later


def test_packed_file_is_refused() -> None:
    with raw_server(http(b"x", "Content-Encoding: gzip")) as server, pytest.raises(FetchFailed):
        save(server.url, server.address)


def trickle(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    for _ in range(100):
        connection.sendall(b"x")
        time.sleep(0.05)


@pytest.mark.parametrize("limits", [Limits(total_seconds=0.4), Limits(window=0.2, min_rate=1000.0)])
def test_trickle_is_cut_off(limits: Limits) -> None:
    started = time.monotonic()
    with raw_server(trickle) as server, pytest.raises(FetchFailed):
        save(server.url, server.address, limits=limits)
    assert time.monotonic() - started < 6


def test_silence_is_cut_off() -> None:
    with raw_server(lambda connection: time.sleep(1)) as server, pytest.raises(FetchFailed):
        save(server.url, server.address, limits=Limits(window=0.2))


def test_address_of_the_connected_socket_is_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up may say one thing and the socket another; the socket is asked before a byte is sent."""
    with raw_server(http(b"secret")) as server:
        found = [(socket.AF_INET, "8.8.8.8", ("127.0.0.1", server.port))]
        monkeypatch.setattr(network, "_look_up", lambda *_: found)
        with pytest.raises(UnsafeAddress):
            save(f"https://example.com:{server.port}/")
        assert server.heads in ([], [b""])


def test_public_address_is_taken_where_the_name_has_a_forbidden_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def guard(host: str, port: int, address: str) -> None:
        seen.append(address)
        if address == "10.0.0.1":
            raise UnsafeAddress("no")

    with raw_server(b"") as server:
        there = ("127.0.0.1", server.port)
        found = [(socket.AF_INET, "10.0.0.1", ("10.0.0.1", 1)), (socket.AF_INET, "127.0.0.1", there)]
        monkeypatch.setattr(network, "_look_up", lambda *_: found)
        DeadlineBackend(Deadline(5), guard).connect_tcp("example.com", 1).close()
    assert seen == ["10.0.0.1", "127.0.0.1", "127.0.0.1"]


def test_look_up_keeps_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> list[object]:
        time.sleep(0.3)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    with pytest.raises(httpcore.ConnectTimeout):
        DeadlineBackend(Deadline(0.1)).connect_tcp("example.com", 443)
