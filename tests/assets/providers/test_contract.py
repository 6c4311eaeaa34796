"""The client against the stand-in over real sockets: what the pipeline relies on, from the first call to the file."""

import json
from collections.abc import Iterator
from decimal import Decimal
from io import BytesIO

import av
import pytest
from PIL import Image

from assets.providers.base import (
    BadKey,
    FailureFamily,
    ImageToVideo,
    InvalidInput,
    KeyCapped,
    Maintenance,
    ModelClosed,
    OutOfCredits,
    Provider,
    ProviderError,
    RateLimited,
    ReadFailed,
    TaskNotFound,
    TaskRecord,
    TextToVideo,
    Unknown,
)
from assets.providers.kie import Kie
from assets.providers.safe_http import Limits, LinkGone, fetch
from assets.providers.standin import StandIn
from assets.providers.standin.making import record_data

HOOK = "http://127.0.0.1:1/hooks/kie/token"


def text(prompt: str = "A quiet morning", seconds: int = 5, *, sound: bool = False, ratio: str = "16:9") -> TextToVideo:
    return TextToVideo(prompt, seconds, sound, ratio)


def png(width: int = 400, height: int = 300) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, height), (200, 40, 60)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(latency=None, short_side=64, hang_seconds=5) as running:
        yield running


@pytest.fixture
def kie(standin: StandIn) -> Provider:
    return Kie(standin.url, standin.url, "a-key-for-the-stand-in", backoff=(0.01,))


def made(kie: Provider, standin: StandIn, prompt: str, *faults: str) -> TaskRecord:
    """The record of a task of this prompt once it is over."""
    task_id = kie.create_task(text(prompt), None).task_id
    standin.complete(task_id, *faults)
    return kie.record(task_id)


def download(url: str, standin: StandIn) -> bytes:
    sink = BytesIO()
    fetch(url, sink.write, Limits(), [standin.address])
    return sink.getvalue()


@pytest.mark.parametrize(
    ("seconds", "sound", "credits"), [(5, False, 55), (5, True, 110), (10, False, 110), (10, True, 220)]
)
def test_a_task_is_charged_at_kies_price(
    kie: Provider, standin: StandIn, seconds: int, sound: bool, credits: int
) -> None:
    kie.create_task(text(seconds=seconds, sound=sound), None)
    assert kie.credit() == 10_000 - credits


def test_a_new_task_waits(kie: Provider) -> None:
    record = kie.record(kie.create_task(text(), HOOK).task_id)
    assert (record.state, record.credits, record.result_urls) == ("waiting", None, ())
    assert record.created_at is not None


def test_the_record_repeats_our_callback_address(kie: Provider) -> None:
    assert kie.record(kie.create_task(text(), HOOK).task_id).callback_url == HOOK


def test_text_becomes_a_clip(kie: Provider, standin: StandIn) -> None:
    task_id = kie.create_task(text(sound=True, ratio="9:16"), None).task_id
    standin.complete(task_id)
    record = kie.record(task_id)
    assert (record.state, record.credits) == ("success", Decimal(110))
    with av.open(BytesIO(download(record.result_urls[0], standin))) as clip:
        video, audio = clip.streams.video[0], clip.streams.audio[0]
        assert (video.codec_context.name, audio.codec_context.name) == ("h264", "aac")
        assert (video.width, video.height, video.frames) == (64, 114, 120)


def test_an_uploaded_image_becomes_a_clip(kie: Provider, standin: StandIn) -> None:
    url = kie.upload(png(), file_name="a1b2.png", content_type="image/png")
    task_id = kie.create_task(ImageToVideo("She turns", url, 5, False), None).task_id
    standin.complete(task_id)
    with av.open(BytesIO(download(kie.record(task_id).result_urls[0], standin)), "r") as clip:
        first = next(clip.decode(video=0)).reformat(format="rgb24")
    assert first.width / first.height == pytest.approx(4 / 3, abs=0.05)
    assert tuple(bytes(first.planes[0])[:3]) == pytest.approx((200, 40, 60), abs=8)


def test_an_upload_may_be_a_stream(kie: Provider, standin: StandIn) -> None:
    url = kie.upload(BytesIO(png()), file_name="stream.png", content_type="image/png")
    assert download(url, standin) == png()


def test_the_state_moves_on_by_itself() -> None:
    with StandIn(latency=0.3, short_side=64) as standin:
        kie = Kie(standin.url, standin.url, "key")
        task_id = kie.create_task(text(), None).task_id
        seen = []
        while "success" not in seen:
            seen.append(kie.record(task_id).state)
    assert list(dict.fromkeys(seen)) == ["waiting", "queuing", "generating", "success"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("400", InvalidInput),
        ("401", BadKey),
        ("402", OutOfCredits),
        ("422", InvalidInput),
        ("429", RateLimited),
        ("433", KeyCapped),
        ("455", Maintenance),
        ("505", ModelClosed),
        ("validation-500", InvalidInput),
    ],
)
def test_a_refusal_makes_no_task_and_costs_nothing(
    kie: Provider, standin: StandIn, fault: str, kind: type[ProviderError]
) -> None:
    with pytest.raises(kind) as caught:
        kie.create_task(text(f"A quiet morning [kie:{fault}]"), None)
    assert caught.value.refused
    assert (len(standin.accepted), int(standin.balance)) == (0, 10_000)


@pytest.mark.parametrize("fault", ["no-task-id", "html", "truncated", "reset"])
def test_an_answer_that_says_nothing_is_unknown_and_may_cost(kie: Provider, standin: StandIn, fault: str) -> None:
    with pytest.raises(Unknown):
        kie.create_task(text(f"A quiet morning [kie:{fault}]"), HOOK)
    assert (len(standin.accepted), int(standin.balance)) == (1, 9_945)


def test_no_answer_is_unknown(kie: Provider, standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.providers.kie.CREATE_SECONDS", 0.3)
    with pytest.raises(Unknown):
        kie.create_task(text("A quiet morning [kie:hang]"), HOOK)
    assert len(standin.accepted) == 1


def test_http_500_is_unknown_though_no_task_was_made(kie: Provider, standin: StandIn) -> None:
    with pytest.raises(Unknown):
        kie.create_task(text("A quiet morning [kie:http-500]"), None)
    assert standin.accepted == []


def test_an_empty_account_refuses(kie: Provider, standin: StandIn) -> None:
    standin.balance = 54
    with pytest.raises(OutOfCredits):
        kie.create_task(text(), None)
    assert standin.accepted == []


def test_a_wrong_key_is_told() -> None:
    with StandIn(key="right") as standin:
        kie = Kie(standin.url, standin.url, "wrong")
        for call in (kie.credit, lambda: kie.record("t"), lambda: kie.create_task(text(), None)):
            with pytest.raises(BadKey):
                call()


@pytest.mark.parametrize(
    ("fault", "family"),
    [
        ("fail-provider", FailureFamily.PROVIDER),
        ("moderation", FailureFamily.MODERATION),
        ("invalid-input", FailureFamily.INVALID_INPUT),
        ("image-fetch", FailureFamily.IMAGE_FETCH),
    ],
)
def test_a_failure_has_its_family_and_costs_nothing(
    kie: Provider, standin: StandIn, fault: str, family: FailureFamily
) -> None:
    record = made(kie, standin, f"A quiet morning [kie:{fault}]")
    assert (record.state, record.failure, record.credits) == ("fail", family, Decimal(0))
    assert kie.credit() == 10_000


def test_a_failure_may_cost_all_the_same(kie: Provider, standin: StandIn) -> None:
    assert made(kie, standin, "A quiet morning", "charged-fail").credits == Decimal(55)


def test_more_may_be_charged_than_the_price(kie: Provider, standin: StandIn) -> None:
    assert made(kie, standin, "A quiet morning [kie:overcharge]").credits == Decimal(110)


def test_the_charge_may_be_missing(kie: Provider, standin: StandIn) -> None:
    assert made(kie, standin, "A quiet morning", "no-credits-field").credits is None


def test_a_success_may_be_empty(kie: Provider, standin: StandIn) -> None:
    record = made(kie, standin, "A quiet morning", "empty-result")
    assert (record.state, record.result_urls) == ("success", ())


def test_a_result_may_be_no_video(kie: Provider, standin: StandIn) -> None:
    record = made(kie, standin, "A quiet morning", "bad-video")
    assert download(record.result_urls[0], standin).startswith(b"<html>")


def test_an_expired_link_is_refreshed(kie: Provider, standin: StandIn) -> None:
    url = made(kie, standin, "A quiet morning", "expired").result_urls[0]
    with pytest.raises(LinkGone):
        download(url, standin)
    assert download(kie.download_url(url), standin)[4:8] == b"ftyp"


def test_a_link_that_isnt_known_is_refused(kie: Provider) -> None:
    with pytest.raises(InvalidInput):
        kie.download_url("https://example.com/a.mp4")


def test_an_image_that_cant_be_fetched_fails_the_task(kie: Provider, standin: StandIn) -> None:
    task_id = kie.create_task(ImageToVideo("She turns", "http://127.0.0.1:1/a.png", 5, False), None).task_id
    standin.complete(task_id)
    assert kie.record(task_id).failure is FailureFamily.IMAGE_FETCH


def test_an_image_that_is_none_fails_the_task(kie: Provider, standin: StandIn) -> None:
    url = kie.upload(b"<svg/>", file_name="a.png", content_type="image/png")
    task_id = kie.create_task(ImageToVideo("She turns", url, 5, False), None).task_id
    standin.complete(task_id)
    assert kie.record(task_id).failure is FailureFamily.INVALID_INPUT


@pytest.mark.parametrize("task_id", ["task_nobody", "", "../../etc", "ü &?#"])
def test_a_task_nobody_made_isnt_found(kie: Provider, task_id: str) -> None:
    with pytest.raises(TaskNotFound):
        kie.record(task_id)


def test_a_new_task_may_not_be_known_yet(kie: Provider) -> None:
    task_id = kie.create_task(text("A quiet morning [kie:late-record=60]"), None).task_id
    with pytest.raises(TaskNotFound):
        kie.record(task_id)


def test_reads_are_done_again(kie: Provider, standin: StandIn) -> None:
    standin.set_fault("credit-500*1")
    assert kie.credit() == 10_000


@pytest.mark.parametrize(
    ("fault", "kind"), [("ask-500", ReadFailed), ("ask-html", ReadFailed), ("ask-429", RateLimited)]
)
def test_an_ask_may_fail(kie: Provider, standin: StandIn, fault: str, kind: type[ProviderError]) -> None:
    task_id = kie.create_task(text(), None).task_id
    standin.set_fault(fault)
    with pytest.raises(kind):
        kie.record(task_id)


def test_an_upload_may_fail(kie: Provider, standin: StandIn) -> None:
    standin.set_fault("upload-500")
    with pytest.raises(ReadFailed):
        kie.upload(b"x", file_name="a.png", content_type="image/png")


@pytest.mark.parametrize("prompt", ['👋🏽 שלום 東京 "quoted" \\ \n end', "x" * 1000, "<script>alert(1)</script>"])
def test_odd_text_arrives_as_it_was_typed(kie: Provider, standin: StandIn, prompt: str) -> None:
    kie.create_task(text(prompt), None)
    assert standin.accepted[0].prompt == prompt


def test_a_burst_of_creates_is_slowed_down() -> None:
    with StandIn(latency=None, creates_per_10s=2) as standin:
        kie = Kie(standin.url, standin.url, "key")
        kie.create_task(text(), None)
        kie.create_task(text(), None)
        with pytest.raises(RateLimited) as caught:
            kie.create_task(text(), None)
        assert (caught.value.retry_after, len(standin.accepted)) == (5.0, 2)


def test_the_request_is_repeated_as_json_in_json(kie: Provider, standin: StandIn) -> None:
    kie.create_task(text(), HOOK)
    asked = json.loads(record_data(standin.accepted[0], None)["param"])
    assert json.loads(asked["input"])["duration"] == "5"
    assert asked["callBackUrl"] == HOOK
