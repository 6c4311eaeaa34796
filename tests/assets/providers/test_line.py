"""The client on a bad line: dripping, endless and packed answers, redirects, and where the key goes."""

import gzip
import logging
import socket
import time
import traceback
import zlib

import httpx
import pytest

from assets.providers import kie as kie_module
from assets.providers.base import InvalidInput, NotConnected, ProviderError, ReadFailed, TextToVideo, Unknown
from assets.providers.kie import Kie

from .raw import http, raw_server

KEY = "0123456789abcdef-secret"
REQUEST = TextToVideo("A quiet morning", 5, True, "16:9")
ACCEPTED = b'{"code":200,"msg":"success","data":{"taskId":"task_1"}}'


def client(url: str, key: str = KEY) -> Kie:
    return Kie(url, url, key, backoff=())


def drip(connection: socket.socket) -> None:
    """An answer that would take a minute, a byte at a time: no single wait is long."""
    for byte in http(b" " * 600):
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


@pytest.fixture
def short_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kie_module, "CREATE_SECONDS", 0.4)
    monkeypatch.setattr(kie_module, "READ_SECONDS", 0.4)


@pytest.mark.usefixtures("short_time")
def test_dripping_answer_ends_in_time_as_unknown() -> None:
    with raw_server(drip) as server:
        started = time.monotonic()
        with pytest.raises(Unknown):
            client(server.url).create_task(REQUEST, None)
        assert time.monotonic() - started < 2


@pytest.mark.usefixtures("short_time")
def test_dripping_record_ends_in_time() -> None:
    with raw_server(drip) as server, pytest.raises(ReadFailed):
        client(server.url).record("task_1")


def test_no_connection_is_refused_for_now() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(NotConnected) as caught:
        client(f"http://127.0.0.1:{port}").create_task(REQUEST, None)
    assert (caught.value.refused, caught.value.retry_later) == (True, True)


def test_unknown_host_is_refused_for_now() -> None:
    with pytest.raises(NotConnected):
        client("http://kie.invalid").create_task(REQUEST, None)


@pytest.mark.parametrize("script", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{", b"hello\r\n\r\n"])
def test_broken_answer_is_unknown(script: bytes) -> None:
    with raw_server(script) as server, pytest.raises(Unknown):
        client(server.url).create_task(REQUEST, None)


def test_create_is_sent_once() -> None:
    with raw_server(http(b"", status="503 Service Unavailable")) as server:
        with pytest.raises(Unknown):
            Kie(server.url, server.url, KEY, backoff=(0, 0, 0)).create_task(REQUEST, None)
        assert len(server.heads) == 1


def test_create_follows_no_redirect() -> None:
    with raw_server(http(ACCEPTED)) as other:
        moved = http(b"", f"Location: {other.url}/api", status="307 Temporary Redirect")
        with raw_server(moved) as server, pytest.raises(Unknown):
            client(server.url).create_task(REQUEST, None)
        assert other.heads == []


def test_wrong_request_is_never_sent() -> None:
    with raw_server(http(ACCEPTED)) as server:
        with pytest.raises(InvalidInput):
            client(server.url).create_task(TextToVideo("", 5, True, "16:9"), None)
        assert server.heads == []


@pytest.mark.parametrize(
    "answer",
    [
        http(ACCEPTED + b" " * (1024 * 1024)),
        http(gzip.compress(b" " * 50_000_000), "Content-Encoding: gzip"),
        http(zlib.compress(b" " * 50_000_000), "Content-Encoding: deflate"),
        http(gzip.compress(ACCEPTED)[:-9], "Content-Encoding: gzip"),
        http(ACCEPTED, "Content-Encoding: gzip"),
        http(ACCEPTED, "Content-Encoding: br"),
    ],
)
def test_answer_too_big_or_oddly_packed_is_unknown(answer: bytes) -> None:
    with raw_server(answer) as server, pytest.raises(Unknown):
        client(server.url).create_task(REQUEST, None)


@pytest.mark.parametrize(
    "answer",
    [
        http(gzip.compress(ACCEPTED), "Content-Encoding: gzip"),
        http(zlib.compress(ACCEPTED), "Content-Encoding: deflate"),
        http(ACCEPTED, "Content-Encoding: identity"),
    ],
)
def test_packed_answer_is_read(answer: bytes) -> None:
    with raw_server(answer) as server:
        assert client(server.url).create_task(REQUEST, None).task_id == "task_1"


def test_reads_are_done_again_after_a_5xx() -> None:
    with raw_server(http(b"", status="502 Bad Gateway")) as server:
        with pytest.raises(ReadFailed):
            Kie(server.url, server.url, KEY, backoff=(0, 0)).credit()
        assert len(server.heads) == 3


def test_refused_read_is_not_done_again() -> None:
    with raw_server(http(b'{"code":401}')) as server:
        with pytest.raises(ProviderError):
            Kie(server.url, server.url, KEY, backoff=(0, 0)).credit()
        assert len(server.heads) == 1


def test_key_goes_to_both_hosts_of_ours() -> None:
    with raw_server(http(b'{"code":200,"data":{"downloadUrl":"https://a/b.png"}}')) as server:
        client(server.url).upload(b"x", file_name="a.png", content_type="image/png")
        assert f"Authorization: Bearer {KEY}".encode() in server.heads[0]


def test_key_is_in_no_repr_log_or_error(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    echo = http(f'{{"code":422,"msg":"bad {KEY}","data":"{KEY}"}}'.encode())
    with raw_server(echo) as server, pytest.raises(InvalidInput) as caught:
        client(server.url).create_task(REQUEST, None)
    told = [repr(client(server.url)), caplog.text, *traceback.format_exception(caught.value), caught.value.excerpt]
    assert KEY not in " ".join(told)


@pytest.mark.parametrize("key", ["a b", "a\nb", "schlüssel", "a\0"])
def test_odd_key_is_refused_without_being_shown(key: str) -> None:
    with pytest.raises(ValueError, match="The Kie key") as caught:
        client("https://api.kie.ai", key)
    assert key not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["", "api.kie.ai", "ftp://api.kie.ai", "https://", "https://me:pw@api.kie.ai", "http://["]
)
def test_odd_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="not the address of an API"):
        client(url)


def test_a_path_in_the_address_is_kept() -> None:
    with raw_server(http(b'{"code":200,"data":5}')) as server:
        client(f"{server.url}/proxy/").credit()
        assert server.heads[0].startswith(b"GET /proxy/api/v1/chat/credit ")


def test_transport_may_be_replaced() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json={"code": 200, "data": 7}))
    assert Kie("https://api.kie.ai", "https://up.kie.ai", KEY, transport=transport).credit() == 7
