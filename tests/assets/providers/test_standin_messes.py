"""What the stand-in does on purpose so that a client has a hard time, and the record it keeps meanwhile."""

from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from assets.providers.base import Accepted, Provider, ReadFailed, TaskNotFound, TextToVideo, Unknown
from assets.providers.kie import Kie, verify_callback
from assets.providers.safe_http import FetchError, FetchFailed, Limits, TooLarge, UnsafeAddress, fetch
from assets.providers.standin import StandIn
from assets.providers.standin.faults import ASK_MESSES, FaultBox
from assets.providers.standin.messes import MESSES
from assets.providers.standin.record import read_record
from tests.assets.providers.test_standin import Hooks, hooks

__all__ = ["hooks"]
QUICK = "A quiet morning [kie:bad-video]"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(latency=None, hang_seconds=0.3) as running:
        yield running


@pytest.fixture
def kie(standin: StandIn) -> Provider:
    return Kie(standin.url, standin.url, "a-key-for-the-stand-in", backoff=())


def order(kie: Provider, *faults: str, hook: str | None = None) -> Accepted:
    tags = "".join(f" [kie:{fault}]" for fault in faults)
    return kie.create_task(TextToVideo(QUICK + tags, 5, False, "16:9"), hook)


@pytest.mark.parametrize("mess", sorted(set(MESSES) - {"code-text"}))
def test_a_mess_on_create_is_charged_once_and_unheard(kie: Provider, standin: StandIn, mess: str) -> None:
    with pytest.raises(Unknown):
        order(kie, mess)
    assert (len(standin.accepted), standin.balance) == (1, Decimal(9_945))


def test_a_code_in_text_is_a_code(kie: Provider, standin: StandIn) -> None:
    assert order(kie, "code-text").task_id == standin.accepted[0].task_id


def test_a_dropped_call_made_no_task(kie: Provider, standin: StandIn) -> None:
    with pytest.raises(Unknown):
        order(kie, "dropped")
    assert standin.accepted == []


@pytest.mark.parametrize("mess", sorted(set(ASK_MESSES) - {"code-text"}))
def test_a_mess_on_ask_says_nothing_of_the_task(kie: Provider, standin: StandIn, mess: str) -> None:
    task_id = order(kie).task_id
    standin.set_fault(f"ask-{mess}*1")
    with pytest.raises(TaskNotFound if mess == "null-data" else ReadFailed):
        kie.record(task_id)
    assert kie.record(task_id).state == "waiting"


def test_numbers_in_text_are_numbers(kie: Provider, standin: StandIn) -> None:
    task_id = order(kie, "text-fields").task_id
    standin.complete(task_id)
    record = kie.record(task_id)
    assert (record.state, record.credits) == ("success", Decimal(55))
    assert record.completed_at is not None


def test_a_result_that_is_named_early_does_not_count(kie: Provider, standin: StandIn) -> None:
    record = kie.record(order(kie, "early-result").task_id)
    assert (record.state, record.result_urls) == ("waiting", ())


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("result-500", FetchFailed),
        ("result-cut", FetchFailed),
        ("result-drip", FetchFailed),
        ("result-huge", TooLarge),
        ("result-private", UnsafeAddress),
        ("result-moved=5", FetchFailed),
    ],
)
def test_a_result_goes_wrong_as_often_as_told(
    kie: Provider, standin: StandIn, fault: str, error: type[FetchError]
) -> None:
    task_id = order(kie, fault).task_id
    standin.complete(task_id)
    (url,) = kie.record(task_id).result_urls
    with pytest.raises(error):
        fetch(url, BytesIO().write, Limits(), [standin.address])
    assert fetch(url, BytesIO().write, Limits(), [standin.address]).size == 17_200


@pytest.mark.parametrize(("fault", "kind"), [("result-moved", "video/mp4"), ("result-page", "text/html")])
def test_a_result_moves_or_is_a_page(kie: Provider, standin: StandIn, fault: str, kind: str) -> None:
    task_id = order(kie, fault).task_id
    standin.complete(task_id)
    (url,) = kie.record(task_id).result_urls
    assert fetch(url, BytesIO().write, Limits(), [standin.address]).content_type == kind


@pytest.mark.parametrize(
    ("fault", "signed"),
    [
        ("forged-callback", [False, True, True]),  # the second goes to a false address
        ("garbled-callback", [True, True]),
        ("stranger-callback", [False, True]),
        ("replayed-callback=0", [True, True]),
    ],
)
def test_callbacks_that_are_no_good(hooks: Hooks, fault: str, signed: list[bool]) -> None:
    with StandIn(latency=None, webhook_key="hook-key") as standin:
        task_id = order(Kie(standin.url, standin.url, "key"), fault, hook=hooks.url).task_id
        standin.complete(task_id)
        assert standin.wait_until(lambda: len(standin.callbacks) == len(signed))
    assert [is_signed_for(task_id, *letter) for letter in hooks.got] == signed


def is_signed_for(task_id: str, headers: dict[str, str], body: bytes) -> bool:
    """Whether the signature is good for that task, whatever the letter says."""
    letter = b'{"taskId":"%s"}' % task_id.encode()
    return verify_callback(headers, letter, "hook-key", float(headers["X-Webhook-Timestamp"]))


def test_a_storm_passes(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr("assets.providers.standin.faults.time.monotonic", lambda: now)
    box = FaultBox(["455~10"])
    assert box.for_create("a") == {"455": 1.0}
    now = 111.0
    assert box.for_create("a") == {}


def test_faults_are_set_from_outside(standin: StandIn) -> None:
    told = [httpx.post(f"{standin.url}/faults", json={"faults": faults}).json()["code"] for faults in (["455~9"], 7)]
    assert told == [200, 422]
    assert standin.faults.for_create("a") == {"455": 1.0}
    httpx.post(f"{standin.url}/faults", json={"faults": []})
    assert standin.faults.for_create("a") == {}


def test_the_record_tells_what_was_accepted_and_charged(tmp_path: Path) -> None:
    with StandIn(latency=None, record=tmp_path / "record.jsonl") as standin:
        kie = Kie(standin.url, standin.url, "key", backoff=())
        done, open_ = order(kie, "overcharge").task_id, order(kie, hook="http://127.0.0.1:1/x/").task_id
        standin.complete(done)
        with pytest.raises(Unknown):
            order(kie, "reset", "fail-provider")
    told = read_record(tmp_path / "record.jsonl")
    lost = next(task for task in told.values() if task.task_id not in (done, open_))
    assert (told[done].credits, told[done].end) == (Decimal(110), "success")
    assert (told[open_].end, told[open_].callback_url) == ("", "http://127.0.0.1:1/x/")
    assert (lost.credits, lost.faults) == (Decimal(55), frozenset(("bad-video", "reset", "fail-provider")))
