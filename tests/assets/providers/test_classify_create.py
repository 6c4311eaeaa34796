"""What came of a paid call: accepted, refused for certain, or unknown. Money hangs on each line of these tables."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.providers.base import (
    Accepted,
    BadKey,
    InvalidInput,
    KeyCapped,
    Maintenance,
    ModelClosed,
    OutOfCredits,
    ProviderError,
    RateLimited,
    Refused,
    Unknown,
)
from assets.providers.kie import classify_create

ACCEPTED = b'{"code":200,"msg":"success","data":{"taskId":"task_kling-2.6_1765182425861"}}'
REFUSALS: list[tuple[int, type[Refused]]] = [
    (400, InvalidInput),
    (401, BadKey),
    (402, OutOfCredits),
    (404, InvalidInput),
    (422, InvalidInput),
    (429, RateLimited),
    (433, KeyCapped),
    (455, Maintenance),
    (505, ModelClosed),
]


def envelope(code: object, message: str = "no", data: object = None) -> bytes:
    return json.dumps({"code": code, "msg": message, "data": data}).encode()


def error_of(status: int, body: bytes, headers: dict[str, str] | None = None) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        classify_create(status, body, headers or {})
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        ACCEPTED,
        b'{"code":"200","data":{"taskId":"task_kling-2.6_1765182425861"}}',
        b'{"code":200.0,"message":"ok","data":{"taskId":"task_kling-2.6_1765182425861","recordId":1}}',
        b'\xef\xbb\xbf{"code":200,"data":{"taskId":"task_kling-2.6_1765182425861"}}',
    ],
)
def test_accepted(body: bytes) -> None:
    assert classify_create(200, body, {}) == Accepted("task_kling-2.6_1765182425861", body.decode())


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
def test_code_in_the_body_of_a_200_refuses(code: int, kind: type[Refused]) -> None:
    error = error_of(200, envelope(code))
    assert type(error) is kind
    assert error.code == str(code)


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
def test_code_as_text_refuses(code: int, kind: type[Refused]) -> None:
    assert type(error_of(200, envelope(str(code)))) is kind


@pytest.mark.parametrize(("code", "kind"), REFUSALS)
def test_code_as_http_status_too_refuses(code: int, kind: type[Refused]) -> None:
    assert type(error_of(code, envelope(code))) is kind


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b'{"timestamp":1,"status":404,"error":"Not Found"}', InvalidInput),
        (401, b'{"error":"Unauthorized"}', BadKey),
        (401, b"", BadKey),
        (429, b"slow down", RateLimited),
        (400, envelope(422), InvalidInput),
        (500, envelope(500, "This field is required"), InvalidInput),
        (200, envelope(500, "This field is required."), InvalidInput),
        (200, envelope("500", "THIS FIELD IS REQUIRED"), InvalidInput),
    ],
)
def test_refused(status: int, body: bytes, kind: type[Refused]) -> None:
    assert type(error_of(status, body)) is kind


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, b""),
        (200, b"   "),
        (200, b"<html><body>502 Bad Gateway</body></html>"),
        (502, b"<html></html>"),
        (403, b"<html>Attention required</html>"),
        (402, b"<html></html>"),
        (404, b"<html></html>"),
        (200, ACCEPTED[:-10]),
        (200, b"null"),
        (200, b"[]"),
        (200, b'"task_1"'),
        (200, b"[" * 200_000),
        (200, b'{"code":' + b"9" * 5000 + b"}"),
        (200, b"\xff\xfe\x00"),
        (200, gzip.compress(ACCEPTED, mtime=0)),
        (200, b'{"code":200,"data":null}'),
        (200, b'{"code":200,"data":{}}'),
        (200, b'{"code":200,"data":[]}'),
        (200, b'{"code":200,"data":"task_1"}'),
        (200, b'{"code":200,"data":{"taskId":null}}'),
        (200, b'{"code":200,"data":{"taskId":""}}'),
        (200, b'{"code":200,"data":{"taskId":12345}}'),
        (200, b'{"code":200,"data":{"taskId":["task_1"]}}'),
        (200, b'{"code":200,"data":{"taskId":"task 1"}}'),
        (200, b'{"code":200,"data":{"taskId":"task\\u0000"}}'),
        (200, json.dumps({"code": 200, "data": {"taskId": "t" * 201}}).encode()),
        (200, b'{"code":true,"data":{"taskId":"task_1"}}'),
        (200, b'{"code":null,"data":{"taskId":"task_1"}}'),
        (200, b'{"data":{"taskId":"task_1"}}'),
        (200, b'{"code":200.5,"data":{"taskId":"task_1"}}'),
        (201, ACCEPTED),
        (500, ACCEPTED),
        (301, b""),
        (307, envelope(422)),
        (200, envelope(500)),
        (500, envelope(500, "Internal Error, Please try again later.")),
        (200, envelope(500, "This field is required by the upstream, which timed out")),
        (200, envelope(501)),
        (200, envelope(408)),
        (200, envelope(403)),
        (200, envelope(0)),
        (200, envelope(-1)),
        (503, envelope(503)),
        (500, envelope(422)),
        (502, envelope(402)),
        (429, ACCEPTED),
        (429, envelope(500)),
        (505, b"<html>HTTP Version Not Supported</html>"),
        (200, envelope(422, data={"taskId": "task_1"})),
        (200, envelope(402, data={"taskId": "task_1"})),
    ],
)
def test_everything_else_is_unknown(status: int, body: bytes) -> None:
    error = error_of(status, body)
    assert type(error) is Unknown
    assert (error.refused, error.retry_later, error.unknown) == (False, False, True)


@given(st.integers(100, 599), st.binary(max_size=200))
def test_bytes_never_count_as_accepted_or_crash(status: int, body: bytes) -> None:
    error = error_of(status, body)
    assert isinstance(error, Unknown) or status in (401, 429)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), (" 3 ", 3.0), ("99999", 600.0), ("Wed, 21 Oct 2026 07:28:00 GMT", None), ("-1", None), ("", None)],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    error = error_of(200, envelope(429), {"retry-After": value})
    assert isinstance(error, RateLimited)
    assert error.retry_after == seconds


def test_excerpt_is_short_printable_and_without_our_callback_address() -> None:
    body = envelope(500, "x", {"param": '{"callBackUrl":"https://cms.example/hook/s3cret"}'}) + b"\0" * 9000
    excerpt = error_of(200, body).excerpt
    assert len(excerpt) <= 2000
    assert "\0" not in excerpt
    assert "s3cret" not in excerpt


def test_message_carries_the_words_of_kie() -> None:
    assert str(error_of(200, envelope(455, "Back at noon"))) == "Kie is closed for maintenance: Back at noon"
