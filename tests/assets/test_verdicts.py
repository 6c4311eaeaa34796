"""From Kie's bytes to what follows: each answer to createTask, over a real socket, and its one verdict."""

import gzip
import json
import socket
import time

import httpx
import pytest

from assets.models import FailureClass, StopReason
from assets.pipeline.outcome import Kind, Verdict, verdict_of
from assets.providers import kie as kie_module
from assets.providers.base import TextToVideo
from assets.providers.kie import Kie
from tests.assets.providers.raw import Script, http, raw_server

REQUEST = TextToVideo("A quiet morning", 5, True, "16:9")
TASK = {"taskId": "task_1"}


def envelope(code: object, data: object = None, message: str = "no") -> bytes:
    return json.dumps({"code": code, "msg": message, "data": data}).encode()


def call(url: str, transport: httpx.BaseTransport | None = None) -> Verdict:
    try:
        return verdict_of(Kie(url, url, "key-of-nobody", transport=transport, backoff=()).create_task(REQUEST, None))
    except Exception as error:
        return verdict_of(error)


def verdict(answer: Script | bytes) -> Verdict:
    with raw_server(answer) as server:
        found = call(server.url)
        assert len(server.heads) == 1, "whatever came of it, it is sent once"
    return found


def reset(connection: socket.socket) -> None:
    """Hang up hard after the request."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def silence(connection: socket.socket) -> None:
    """Take the request and say nothing until our clock runs out."""
    connection.recv(1)


def drip(connection: socket.socket) -> None:
    """A whole acceptance, but a byte at a time."""
    for byte in http(envelope(200, TASK)):
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


CODES = [
    (200, Kind.UNKNOWN),  # without a task
    (400, Kind.NEVER),
    (401, Kind.STOPPED),
    (402, Kind.STOPPED),
    (404, Kind.NEVER),
    (408, Kind.UNKNOWN),
    (422, Kind.NEVER),
    (429, Kind.LATER),
    (433, Kind.STOPPED),
    (455, Kind.LATER),
    (500, Kind.UNKNOWN),
    (501, Kind.UNKNOWN),
    (505, Kind.CLOSED),
    (599, Kind.UNKNOWN),
]


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_a_code_in_the_body_of_a_200(code: int, kind: Kind) -> None:
    assert verdict(http(envelope(code))).kind == kind


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_a_code_as_a_string(code: int, kind: Kind) -> None:
    assert verdict(http(envelope(str(code)))).kind == kind


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_a_code_as_the_status_too(code: int, kind: Kind) -> None:
    assert verdict(http(envelope(code), status=f"{code} X")).kind == kind


@pytest.mark.parametrize(("code", "kind"), CODES)
def test_a_code_beside_a_task_is_no_refusal(code: int, kind: Kind) -> None:
    wanted = Kind.ACCEPTED if code == 200 else Kind.UNKNOWN
    assert verdict(http(envelope(code, TASK))).kind == wanted


@pytest.mark.parametrize("code", [200, "200"])
def test_an_acceptance(code: object) -> None:
    found = verdict(http(envelope(code, TASK)))
    assert (found.kind, found.task_id) == (Kind.ACCEPTED, "task_1")


WHOLE = http(envelope(200, TASK))
UNKNOWN: dict[str, Script | bytes] = {
    "null data": http(envelope(200)),
    "null as the task": http(envelope(200, {"taskId": None})),
    "a number as the task": http(envelope(200, {"taskId": 7})),
    "null": http(b"null"),
    "HTML": http(b"<html><body>Just a moment</body></html>"),
    "HTML as a 502": http(b"<html></html>", status="502 Bad Gateway"),
    "HTML as a 404": http(b"<html></html>", status="404 Not Found"),
    "an empty 200": http(b""),
    "an empty 504": http(b"", status="504 Gateway Timeout"),
    "nothing at all": b"",
    "half a status line": b"HTTP/1.",
    "no HTTP": b"hello\r\n\r\n",
    "truncated in the body": WHOLE[:-8],
    "truncated in the JSON": http(envelope(200, TASK)[:-8]),
    "huge": http(envelope(200, TASK) + b" " * 1024 * 1024),
    "a gzip bomb": http(gzip.compress(b" " * 50_000_000), "Content-Encoding: gzip"),
    "gzip that is none": http(envelope(200, TASK), "Content-Encoding: gzip"),
    "hung up": reset,
}


@pytest.mark.parametrize("answer", UNKNOWN.values(), ids=UNKNOWN.keys())
def test_what_says_nothing_for_certain_is_unknown(answer: Script | bytes) -> None:
    assert verdict(answer).kind == Kind.UNKNOWN


@pytest.mark.parametrize("status", ["301 X", "302 X", "303 X", "307 X", "308 X"])
def test_a_redirect_is_unknown_and_not_followed(status: str) -> None:
    with raw_server(WHOLE) as other:
        assert verdict(http(b"", f"Location: {other.url}/", status=status)).kind == Kind.UNKNOWN
        assert other.heads == []


@pytest.mark.parametrize("answer", [silence, drip])
def test_a_time_out_after_sending_is_unknown(answer: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kie_module, "CREATE_SECONDS", 0.3)
    assert verdict(answer).kind == Kind.UNKNOWN


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (httpx.ConnectTimeout("x"), Kind.LATER),
        (httpx.ConnectError("x"), Kind.LATER),
        (httpx.WriteTimeout("x"), Kind.UNKNOWN),
        (httpx.WriteError("x"), Kind.UNKNOWN),
        (httpx.ReadTimeout("x"), Kind.UNKNOWN),
        (httpx.ReadError("x"), Kind.UNKNOWN),
        (httpx.RemoteProtocolError("x"), Kind.UNKNOWN),
    ],
)
def test_only_what_broke_before_sending_is_refused_for_now(error: Exception, kind: Kind) -> None:
    def breaks(request: httpx.Request) -> httpx.Response:
        raise error

    assert call("https://kie.example", httpx.MockTransport(breaks)).kind == kind


def test_nobody_listens_is_refused_for_now() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    assert call(f"http://127.0.0.1:{port}").kind == Kind.LATER


def test_a_500_is_certain_only_by_its_text() -> None:
    assert verdict(http(envelope(500, message="This field is required"))).kind == Kind.NEVER
    assert verdict(http(envelope(500, message="Internal Error, Please try again later."))).kind == Kind.UNKNOWN


def test_wrong_input_and_a_closed_model_are_told_apart() -> None:
    assert verdict(http(envelope(422))).failure == FailureClass.INVALID_INPUT
    assert verdict(http(envelope(505))).failure == FailureClass.PROVIDER


@pytest.mark.parametrize(
    ("code", "reason"),
    [(401, StopReason.KEY), (402, StopReason.CREDITS), (433, StopReason.CAP), (505, StopReason.MODEL)],
)
def test_each_stop_has_its_reason(code: int, reason: StopReason) -> None:
    assert verdict(http(envelope(code))).stop == reason


def test_how_long_to_wait_is_kies_word() -> None:
    assert verdict(http(envelope(429), "Retry-After: 7")).retry_after == 7
