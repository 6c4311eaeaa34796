"""recordInfo's answers with all their oddities."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from assets.providers.base import (
    BadKey,
    FailureFamily,
    Maintenance,
    ProviderError,
    RateLimited,
    ReadFailed,
    TaskNotFound,
    TaskRecord,
    failure_family,
)
from assets.providers.kie_answers import read_data, read_record

TASK = "task_kling-2.6_1765182425861"
HOOK = "https://cms.example/hooks/kie/abc"


def record(**data: Any) -> TaskRecord:
    body = {"code": 200, "msg": "success", "data": {"taskId": TASK, "state": "success", **data}}
    return read_record(200, json.dumps(body).encode(), {}, TASK)


def error_of(status: int, body: bytes) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        read_record(status, body, {}, TASK)
    return caught.value


@pytest.mark.parametrize("state", ["waiting", "queuing", "generating", "success", "fail"])
def test_state(state: str) -> None:
    assert record(state=state).state == state
    assert record(state=f" {state.upper()}").is_over == (state in ("success", "fail"))


@pytest.mark.parametrize("state", ["", None, "done", 1, True, [], {}])
def test_unheard_of_state_is_not_usable(state: object) -> None:
    with pytest.raises(ReadFailed):
        record(state=state)


@pytest.mark.parametrize(
    ("result", "urls"),
    [
        ('{"resultUrls":["https://a/1.mp4"]}', ("https://a/1.mp4",)),
        ('{"resultUrls":["https://a/1.mp4","http://b/2.mp4"]}', ("https://a/1.mp4", "http://b/2.mp4")),
        ({"resultUrls": ["https://a/1.mp4"]}, ("https://a/1.mp4",)),
        (json.dumps('{"resultUrls":["https://a/1.mp4"]}'), ("https://a/1.mp4",)),
        ('{"resultUrls":"https://a/1.mp4"}', ("https://a/1.mp4",)),
        ('{"resultUrls":["", null, 5, "file:///etc/passwd"]}', ()),
        ('{"resultUrls":[]}', ()),
        ('{"resultUrls":null}', ()),
        ("{}", ()),
        ("", ()),
        ("[]", ()),
        ("not json", ()),
        (None, ()),
        (7, ()),
    ],
)
def test_result_urls(result: object, urls: tuple[str, ...]) -> None:
    assert record(resultJson=result).result_urls == urls


@pytest.mark.parametrize("state", ["waiting", "fail"])
def test_urls_count_on_success_only(state: str) -> None:
    assert record(state=state, resultJson='{"resultUrls":["https://a/1.mp4"]}').result_urls == ()


@pytest.mark.parametrize(
    ("data", "credits"),
    [
        ({"creditsConsumed": 110}, Decimal(110)),
        ({"creditsConsumed": 55.5}, Decimal("55.5")),
        ({"creditsConsumed": "110"}, Decimal(110)),
        ({"creditsConsumed": 0}, Decimal(0)),
        ({"consumeCredits": 110}, Decimal(110)),
        ({"creditsConsumed": None, "consumeCredits": 110}, Decimal(110)),
        ({"creditsConsumed": 0, "consumeCredits": 110}, Decimal(0)),
        ({"creditsConsumed": ""}, None),
        ({"creditsConsumed": -5}, None),
        ({"creditsConsumed": "NaN"}, None),
        ({"creditsConsumed": "Infinity"}, None),
        ({"creditsConsumed": True}, None),
        ({"creditsConsumed": 10**40}, None),
        ({"creditsConsumed": [110]}, None),
        ({}, None),
    ],
)
def test_credits(data: dict[str, object], credits: Decimal | None) -> None:
    assert record(**data).credits == credits


@pytest.mark.parametrize(
    ("param", "callback"),
    [
        (json.dumps({"callBackUrl": HOOK, "input": json.dumps({"prompt": "x"})}), HOOK),
        (json.dumps({"callBackUrl": HOOK, "input": {"prompt": "x"}}), HOOK),
        (json.dumps(json.dumps({"callBackUrl": HOOK})), HOOK),
        ({"callBackUrl": HOOK}, HOOK),
        (json.dumps({"input": "{}"}), ""),
        (json.dumps({"callBackUrl": None}), ""),
        ("", ""),
        (None, ""),
        ("{", ""),
    ],
)
def test_callback_url(param: object, callback: str) -> None:
    assert record(param=param).callback_url == callback


def test_callback_url_stays_out_of_the_repr() -> None:
    assert HOOK not in repr(record(param={"callBackUrl": HOOK}))


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1765182425861, datetime(2025, 12, 8, 8, 27, 5, 861000, tzinfo=UTC)),
        ("1765182425861", datetime(2025, 12, 8, 8, 27, 5, 861000, tzinfo=UTC)),
        (0, None),
        ("", None),
        (None, None),
        (-1, None),
        (10**20, None),
        ("yesterday", None),
    ],
)
def test_times(value: object, moment: datetime | None) -> None:
    assert record(createTime=value).created_at == moment
    assert record(completeTime=value).completed_at == moment


def test_failure_is_told() -> None:
    failed = record(state="fail", failCode="500", failMsg="Internal Error, Please try again later.")
    assert (failed.fail_code, failed.failure) == ("500", FailureFamily.PROVIDER)


def test_odd_text_is_made_fit_for_a_database() -> None:
    failed = record(state="fail", failCode=None, failMsg="a\0b\ud800c" + "x" * 5000)
    assert failed.fail_code == ""
    assert failed.fail_message.startswith("ab?c")
    assert len(failed.fail_message) == 2000


def test_answer_without_the_task_id_is_for_the_task_we_asked_for() -> None:
    assert record(taskId="").task_id == TASK


def test_answer_about_another_task_is_not_usable() -> None:
    with pytest.raises(ReadFailed):
        record(taskId="task_other")


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, b'{"code":422,"msg":"recordInfo is null","data":null}', TaskNotFound),
        (200, b'{"code":"422","message":"recordInfo is null"}', TaskNotFound),
        (404, b'{"code":404,"msg":"not found"}', TaskNotFound),
        (404, b'{"error":"Not Found"}', TaskNotFound),
        (200, b'{"code":200,"data":null}', TaskNotFound),
        (404, b"<html></html>", ReadFailed),
        (200, b'{"code":401}', BadKey),
        (200, b'{"code":429}', RateLimited),
        (429, b"", RateLimited),
        (200, b'{"code":455}', Maintenance),
        (200, b'{"code":500}', ReadFailed),
        (500, b'{"code":200,"data":{"state":"success"}}', ReadFailed),
        (502, b"<html></html>", ReadFailed),
        (200, b"", ReadFailed),
        (200, b'{"code":200,"data":"x"}', ReadFailed),
        (302, b"", ReadFailed),
    ],
)
def test_answers_without_a_record(status: int, body: bytes, kind: type[ProviderError]) -> None:
    assert type(error_of(status, body)) is kind


@pytest.mark.parametrize("code", [408, 501])
@pytest.mark.parametrize("data", [None, {}, {"taskId": TASK, "state": "generating", "failMsg": ""}])
def test_codes_that_mean_failed(code: int, data: object) -> None:
    body = json.dumps({"code": code, "msg": "gave up", "data": data}).encode()
    failed = read_record(200, body, {}, TASK)
    assert (failed.state, failed.fail_code, failed.fail_message) == ("fail", str(code), "gave up")


def test_data_of_a_free_call() -> None:
    assert read_data(200, b'{"code":200,"msg":"success","data":512.5}', {}) == Decimal("512.5")


@pytest.mark.parametrize(
    ("code", "message", "family"),
    [
        ("500", "Internal Error, Please try again later.", FailureFamily.PROVIDER),
        ("", "", FailureFamily.PROVIDER),
        ("400", "Image fetch failed. Check access settings or use our File Upload API instead.", "image_fetch"),
        ("422", "Your prompt contains prohibited words", FailureFamily.MODERATION),
        ("500", "Sensitive content detected", FailureFamily.MODERATION),
        ("500", "CONTENT_POLICY violation", FailureFamily.MODERATION),
        ("500", "This field is required", FailureFamily.INVALID_INPUT),
        ("422", "something", FailureFamily.INVALID_INPUT),
        ("408", "", FailureFamily.TIMEOUT),
        ("500", "Upstream timed out", FailureFamily.TIMEOUT),
    ],
)
def test_failure_family(code: str, message: str, family: str) -> None:
    assert failure_family(code, message) == family
