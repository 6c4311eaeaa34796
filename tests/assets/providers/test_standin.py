"""The stand-in itself: faults, callbacks, files with ranges, the journal, the clips."""

import base64
import json
import threading
from collections.abc import Iterator
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image

from assets.providers.base import ImageToVideo, TextToVideo
from assets.providers.kie import Kie, callback_task_id, verify_callback
from assets.providers.standin import FAULTS, StandIn
from assets.providers.standin.faults import Fault, FaultBox, faults_in, parse_fault, without_tags
from assets.providers.standin.plumbing import byte_range


class Hooks:
    """A server that keeps every callback it gets and answers with the next of `statuses`, then with 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        hooks = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                pass

            def _take(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hooks.got.append((dict(self.headers), body))
                self.send_response(hooks.statuses.pop(0) if hooks.statuses else 200)
                self.end_headers()

            do_POST = _take  # noqa: N815 - http.server looks for this name

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hooks/kie/token"
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()


@pytest.fixture
def hooks() -> Iterator[Hooks]:
    running = Hooks()
    yield running
    running.server.shutdown()
    running.server.server_close()


def order(standin: StandIn, prompt: str = "A quiet morning [kie:fail-provider]", hook: str | None = None) -> str:
    """Make a task; it fails unless told otherwise, since that needs no clip."""
    kie = Kie(standin.url, standin.url, "key")
    return kie.create_task(TextToVideo(prompt, 5, False, "16:9"), hook).task_id


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("slow=20", Fault("slow", 20.0)),
        ("slow=0.5", Fault("slow", 0.5)),
        ("429*2", Fault("429", times=2)),
        ("answer=3*1", Fault("answer", 3.0, 1)),
        (" twice ", Fault("twice")),
    ],
)
def test_a_fault_is_read(text: str, fault: Fault) -> None:
    assert parse_fault(text) == fault


@pytest.mark.parametrize("text", ["", "fast", "slow=", "slow=x", "429*", "401|402"])
def test_what_is_no_fault_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="isn't a fault"):
        parse_fault(text)


def test_tags_are_found_and_taken_off() -> None:
    prompt = "A quiet [kie:slow=2] morning [kie:twice]"
    assert [fault.name for fault in faults_in(prompt)] == ["slow", "twice"]
    assert without_tags(prompt) == "A quiet morning"


def test_a_counted_fault_is_used_up_for_each_prompt() -> None:
    box = FaultBox()
    assert [bool(box.for_create(f"{who} [kie:429*2]")) for who in "aaab"] == [True, True, False, True]


def test_a_fault_of_the_run_is_set_and_cleared() -> None:
    box = FaultBox(["twice"])
    assert box.for_create("a") == {"twice": 1.0}
    box.clear()
    assert box.for_create("a") == {}


def test_every_fault_has_a_sentence() -> None:
    assert all(": " in text for text in FAULTS.values())


def test_an_unknown_tag_is_refused() -> None:
    with StandIn(latency=None) as standin, pytest.raises(Exception, match="isn't a fault"):
        order(standin, "A [kie:typo]")


def test_a_callback_is_signed_and_names_its_task(hooks: Hooks) -> None:
    with StandIn(latency=0, webhook_key="hook-key") as standin:
        task_id = order(standin, hook=hooks.url)
        assert standin.wait_until(lambda: bool(standin.callbacks))
    headers, body = hooks.got[0]
    assert verify_callback(headers, body, "hook-key", float(headers["X-Webhook-Timestamp"]))
    assert callback_task_id(body) == task_id
    assert (json.loads(body)["code"], json.loads(body)["data"]["state"]) == (501, "fail")


@pytest.mark.parametrize(("fault", "count"), [("twice", 2), ("no-callback", 0), ("late-callback=0.1", 1)])
def test_callbacks_come_as_often_as_told(hooks: Hooks, fault: str, count: int) -> None:
    with StandIn(latency=0, faults=[fault]) as standin:
        task_id = order(standin, hook=hooks.url)
        standin.complete(task_id)
        assert standin.wait_until(lambda: len(standin.callbacks) >= count, 3)
    assert len(hooks.got) == count


def test_a_callback_may_come_before_the_answer(hooks: Hooks) -> None:
    with StandIn(latency=5, faults=["early-callback"]) as standin:
        task_id = order(standin, hook=hooks.url)
        assert callback_task_id(hooks.got[0][1]) == task_id


def test_a_callback_is_tried_again(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.providers.standin.bell.CALLBACK_PAUSE", 0.01)
    hooks.statuses = [500, 503]
    with StandIn(latency=0) as standin:
        order(standin, hook=hooks.url)
        assert standin.wait_until(lambda: len(standin.callbacks) == 3)
        assert [status for _, _, status in standin.callbacks] == [500, 503, 200]


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", (0, 10)),
        ("bytes=0-", (0, 10)),
        ("bytes=2-4", (2, 5)),
        ("bytes=4-400", (4, 10)),
        ("bytes=-3", (7, 10)),
        ("bytes=-30", (0, 10)),
        ("bytes=10-", (10, 10)),
        ("bytes=5-2", (5, 3)),
        ("bytes=0-1,4-5", (0, 10)),
        ("lines=1-2", (0, 10)),
    ],
)
def test_byte_range(header: str, expected: tuple[int, int]) -> None:
    assert byte_range(header, 10) == expected


def test_a_result_is_served_in_ranges() -> None:
    with StandIn(latency=None) as standin:
        task_id = order(standin, "A quiet morning [kie:bad-video]")
        standin.complete(task_id)
        url = f"{standin.url}/results/{task_id}.mp4"
        part = httpx.get(url, headers={"Range": "bytes=1-4"})
        size = len(httpx.get(url).content)
        assert (part.status_code, part.content) == (206, b"html")
        assert part.headers["Content-Range"] == f"bytes 1-4/{size}"
        assert httpx.get(url, headers={"Range": "bytes=99999-"}).status_code == 416
        assert httpx.head(url).headers["Content-Length"] == str(size)


def test_uploads_come_in_three_ways() -> None:
    content, where = bytes(range(256)) * 99 + b"\r\n\n\r", {"uploadPath": "a/b", "fileName": "one.png"}
    with StandIn(latency=None) as standin, httpx.Client(headers={"Authorization": "Bearer x"}) as client:
        form = client.post(f"{standin.url}/api/file-stream-upload", data=where, files={"file": content})
        link = {"fileName": "two", "fileUrl": form.json()["data"]["downloadUrl"]}
        text = {"fileName": "three", "base64Data": "data:image/png;base64," + base64.b64encode(content).decode()}
        answers = [
            form,
            client.post(f"{standin.url}/api/file-url-upload", json=where | link),
            client.post(f"{standin.url}/api/file-base64-upload", json=where | text),
        ]
        stored = [httpx.get(answer.json()["data"]["downloadUrl"]).content for answer in answers]
    assert stored == [content] * 3


@pytest.mark.parametrize("folder", ["", "/a", "a/", "a b"])
def test_a_wrong_upload_path_is_refused(folder: str) -> None:
    with StandIn(latency=None) as standin, httpx.Client(headers={"Authorization": "Bearer x"}) as client:
        form = {"uploadPath": folder, "fileName": "one.png"}
        answer = client.post(f"{standin.url}/api/file-stream-upload", data=form, files={"file": b"x"})
    assert answer.json()["code"] == 400


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"prompt": None}, 500),
        ({"duration": None}, 500),
        ({"duration": 5}, 422),
        ({"duration": "7"}, 422),
        ({"sound": "yes"}, 422),
        ({"aspect_ratio": "4:3"}, 422),
        ({"prompt": "x" * 1001}, 422),
        ({"seed": 1}, 422),
    ],
)
def test_wrong_input_is_refused(changed: dict[str, object], code: int) -> None:
    given = {"prompt": "A", "duration": "5", "sound": True, "aspect_ratio": "1:1", **changed}
    call = {"model": "kling-2.6/text-to-video", "input": given}
    with StandIn(latency=None) as standin:
        url = f"{standin.url}/api/v1/jobs/createTask"
        answer = httpx.post(url, json=call, headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json()["code"]) == (200, code)


def test_memory_outlives_a_restart(tmp_path: Path) -> None:
    with StandIn(latency=None, state_dir=tmp_path) as standin:
        done, open_ = order(standin, "A [kie:bad-video]"), order(standin)
        standin.complete(done)
    with StandIn(latency=None, state_dir=tmp_path) as standin:
        assert [task.task_id for task in standin.accepted] == [done, open_]
        assert standin.balance == Decimal(9_890)
        assert httpx.get(f"{standin.url}/results/{done}.mp4").status_code == 200
        assert standin.complete(open_)[0].end == "fail"


def test_a_half_written_line_of_the_journal_is_no_obstacle(tmp_path: Path) -> None:
    with StandIn(latency=None, state_dir=tmp_path) as standin:
        order(standin)
    with (tmp_path / "tasks.jsonl").open("a") as journal:
        journal.write('{"event":"acc')
    with StandIn(latency=None, state_dir=tmp_path) as standin:
        assert len(standin.accepted) == 1


def test_health_needs_no_key() -> None:
    with StandIn(latency=None) as standin:
        assert httpx.get(f"{standin.url}/health").json()["data"] == {"tasks": 0, "running": 0, "credits": "10000"}


def test_a_start_image_of_the_upload_is_used_without_a_request() -> None:
    with StandIn(latency=None, short_side=64) as standin:
        kie = Kie(standin.url, standin.url, "key")
        file = BytesIO()
        Image.new("RGB", (40, 40), (9, 9, 9)).save(file, "PNG")
        url = kie.upload(file.getvalue(), file_name="a.png", content_type="image/png")
        task_id = kie.create_task(ImageToVideo("Move", url, 5, False), None).task_id
        assert standin.complete(task_id)[0].end == "success"
