"""The callback's signature, by the vectors that Kie's own algorithm gives, and the places of the task id."""

import pytest

from assets.providers.kie import callback_task_id, verify_callback

KEY = "test-webhook-key"
STAMP = 1769670760
VECTORS = {
    "ee9c2715375b7837f8bb51d641ff5863": "ZSz3IIsRnzzqwW4sS0laO7mc3nIpiLgCwWT++NgKmX4=",
    "task_kling-2.6_1765182425861": "hulmD4iwYYHeDipIWO+f9I7XCc+f6KU5hyxgQ6z+ll8=",
}
TASK = "task_kling-2.6_1765182425861"
BODY = b'{"code":200,"data":{"taskId":"task_kling-2.6_1765182425861"}}'


def signed(**changed: str) -> dict[str, str]:
    return {"X-Webhook-Timestamp": str(STAMP), "X-Webhook-Signature": VECTORS[TASK]} | changed


@pytest.mark.parametrize(("task_id", "signature"), VECTORS.items())
def test_known_signatures_pass(task_id: str, signature: str) -> None:
    headers = {"x-webhook-timestamp": str(STAMP), "X-WEBHOOK-SIGNATURE": signature}
    assert verify_callback(headers, b'{"taskId":"%s"}' % task_id.encode(), KEY, STAMP + 3)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Webhook-Timestamp": str(STAMP)},
        {"X-Webhook-Signature": VECTORS[TASK]},
        signed(**{"X-Webhook-Signature": VECTORS[TASK].lower()}),
        signed(**{"X-Webhook-Signature": ""}),
        signed(**{"X-Webhook-Signature": "ü"}),
        signed(**{"X-Webhook-Timestamp": str(STAMP + 1)}),
        signed(**{"X-Webhook-Timestamp": f"{STAMP}.0"}),
        signed(**{"X-Webhook-Timestamp": "soon"}),
        signed(**{"X-Webhook-Timestamp": "9" * 30}),
    ],
)
def test_other_headers_fail(headers: dict[str, str]) -> None:
    assert not verify_callback(headers, BODY, KEY, STAMP)


@pytest.mark.parametrize(("now", "good"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)])
def test_age(now: int, good: bool) -> None:
    assert verify_callback(signed(), BODY, KEY, STAMP + now) is good


@pytest.mark.parametrize("key", ["", "another key"])
def test_wrong_key_fails(key: str) -> None:
    assert not verify_callback(signed(), BODY, key, STAMP)


def test_another_tasks_signature_fails() -> None:
    assert not verify_callback(signed(), b'{"taskId":"task_other"}', KEY, STAMP)


@pytest.mark.parametrize(
    ("body", "task_id"),
    [
        (b'{"data":{"taskId":"t1"}}', "t1"),
        (b'{"data":{"task_id":"t1"}}', "t1"),
        (b'{"taskId":"t1"}', "t1"),
        (b'{"task_id":"t1","data":null}', "t1"),
        (b'{"taskId":"t2","data":{"taskId":"t1"}}', "t1"),
        (b'{"data":{"taskId":7}}', None),
        (b'{"data":{"taskId":"a b"}}', None),
        (b"[]", None),
        (b"", None),
        (b"<html>", None),
        (b"{" * 100_000, None),
    ],
)
def test_task_id(body: bytes, task_id: str | None) -> None:
    assert callback_task_id(body) == task_id
