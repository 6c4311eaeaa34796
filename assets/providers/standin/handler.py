"""The stand-in's endpoints: Kie's own, the uploads and the results."""

import base64
import binascii
import logging
import mimetypes
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from .book import OutOfCredits
from .calls import create_problem, parse_form
from .faults import ASK_MESSES, REFUSALS, faults_in
from .making import number, record_data
from .messes import DRIP_SECONDS, HTML, MESSES, Messes

ASK_FAULTS = ("ask-500", "ask-429", "ask-html", *(f"ask-{name}" for name in ASK_MESSES))

log = logging.getLogger("kie_standin")


class Handler(Messes):
    """Answers for one stand-in. Which call goes to which method stands at the end."""

    def _route(self) -> None:
        method = "POST" if self.command == "POST" else "GET"
        path = urlsplit(self.path).path
        body = self.body() if method == "POST" else b""
        if body is None:
            return self.refuse(413, "The body is too long", status=413)
        for kind, pattern, action in ROUTES:
            if kind == method and re.fullmatch(pattern, path):
                if pattern.startswith("/api/") and not self._has_key():
                    return self.refuse(*REFUSALS["401"])
                return action(self, body)
        return self.refuse(404, "Not Found", status=404)

    do_GET = do_HEAD = do_POST = _route  # noqa: N815 - http.server looks for these names

    @property
    def _base_url(self) -> str:
        """The address that the caller knows us by: results and uploads lie under it."""
        return f"http://{self.headers.get('Host', '127.0.0.1')}"

    def _has_key(self) -> bool:
        given = self.headers.get("Authorization", "")
        key = self.standin.key
        return given == f"Bearer {key}" if key else given.startswith("Bearer ")

    # --- Tasks ---

    def _create(self, body: bytes) -> None:
        call = self.as_json(body)
        wrong = create_problem(call)
        if wrong is None:
            try:
                faults_in(call["input"]["prompt"])
            except ValueError as error:
                wrong = 422, str(error)
        if wrong is not None:
            return self.refuse(*wrong)
        if not self.standin.creates.lets_pass():
            return self.refuse(*REFUSALS["429"], retry_after="5")
        faults = self.standin.faults.for_create(call["input"]["prompt"])
        for name in faults:
            if name in REFUSALS:
                return self.refuse(*REFUSALS[name], retry_after="1" if name == "429" else "")
        if "http-500" in faults:
            return self.refuse(500, "Internal Error, Please try again later.", status=500)
        return self.reset() if "dropped" in faults else self._accept(call, faults)

    def _accept(self, call: dict[str, Any], faults: dict[str, float]) -> None:
        try:
            task = self.standin.book.accept(
                call["model"], call["input"], call.get("callBackUrl", ""), self._base_url, faults
            )
        except OutOfCredits:
            return self.refuse(*REFUSALS["402"])
        log.info("%s: accepted, %s credits: %s", task.task_id, task.charged, task.prompt[:80])
        self.standin.maker.begin(task)
        if "early-callback" in faults:
            self.standin.wait_until(lambda: any(c[0] == task.task_id for c in self.standin.callbacks), 10)
        if "answer" in faults:
            self.standin.stopping.wait(faults["answer"])
        mess = next((name for name in faults if name in MESSES), None)
        data = {"taskId": task.task_id}
        return self.mess(mess, data) if mess else self.say(data)

    def _record(self, body: bytes) -> None:
        if not self.standin.asks.lets_pass():
            return self.refuse(*REFUSALS["429"])
        told = self._task_data(parse_qs(urlsplit(self.path).query).get("taskId", [""])[0])
        fault = self.standin.faults.hit(*ASK_FAULTS)
        match fault:
            case None:
                return self.refuse(422, "recordInfo is null") if told is None else self.say(told)
            case "ask-500":
                return self.refuse(500, "Internal Error, Please try again later.", status=500)
            case "ask-429":
                return self.refuse(*REFUSALS["429"], retry_after="1")
        return self.mess(fault.removeprefix("ask-"), told)

    def _task_data(self, task_id: str) -> dict[str, Any] | None:
        task = self.standin.visible_task(task_id)
        return record_data(task, self.standin.maker.latency_of(task)) if task else None

    def _credit(self, body: bytes) -> None:
        if self.standin.faults.hit("credit-500"):
            return self.refuse(500, "Internal Error, Please try again later.", status=500)
        return self.say(number(self.standin.balance))

    def _download_url(self, body: bytes) -> None:
        call = self.as_json(body)
        url = call.get("url") if isinstance(call, dict) else None
        path = urlsplit(url).path if isinstance(url, str) else ""
        if not re.fullmatch(r"/results/[^/]+\.mp4", path):
            return self.refuse(422, "The url isn't one of ours")
        token = secrets.token_urlsafe(12)
        self.standin.fresh_links.add(token)
        return self.say(f"{self._base_url}{path}?fresh={token}")

    # --- Files ---

    def _upload_form(self, body: bytes) -> None:
        parts = parse_form(self.headers.get("Content-Type", ""), body)
        self._store(parts.get("file"), parts.get("uploadPath", b"").decode(), parts.get("fileName", b"").decode())

    def _upload_base64(self, body: bytes) -> None:
        call = self.as_json(body) or {}
        try:
            content = base64.b64decode(str(call.get("base64Data", "")).rpartition(",")[2], validate=True)
        except binascii.Error:
            content = b""
        self._store(content, str(call.get("uploadPath", "")), str(call.get("fileName", "")))

    def _upload_url(self, body: bytes) -> None:
        call = self.as_json(body) or {}
        try:
            content = httpx.get(str(call.get("fileUrl", "")), timeout=10, trust_env=False).content
        except (httpx.HTTPError, httpx.InvalidURL):
            content = b""
        self._store(content, str(call.get("uploadPath", "")), str(call.get("fileName", "")))

    def _store(self, content: bytes | None, folder: str, name: str) -> None:
        if self.standin.faults.hit("upload-500"):
            return self.refuse(500, "Internal Error, Please try again later.", status=500)
        if not content or not re.fullmatch(r"[\w./-]+", folder) or folder.strip("/") != folder:
            return self.refuse(400, "file and uploadPath are required; uploadPath has no slash at either end")
        name = name if re.fullmatch(r"[\w. -]+", name) else secrets.token_hex(8)
        path = f"/files/{folder}/{name}"
        self.standin.upload_file(path).write_bytes(content)
        data = {"fileName": name, "filePath": f"{folder}/{name}", "downloadUrl": self._base_url + path}
        return self.say({**data, "fileSize": len(content)}, success=True)

    def _file(self, body: bytes) -> None:
        path = unquote(urlsplit(self.path).path)
        self.serve(self.standin.upload_file(path), mimetypes.guess_type(path)[0] or "application/octet-stream")

    def _result(self, body: bytes) -> None:
        parts = urlsplit(self.path)
        task = self.standin.book.tasks.get(Path(parts.path).stem)
        if task is None or "gone" in task.faults:
            return self.send(b"Not found", status=404, kind="text/plain")
        fresh = parse_qs(parts.query).get("fresh", [""])[0] in self.standin.fresh_links
        if "expired" in task.faults and not fresh:
            return self.send(b"Link expired", status=403, kind="text/plain")
        fault = self.standin.result_fault(task)
        file = self.standin.result_file(task.task_id)
        return RESULT_FAULTS[fault](self, file) if fault else self.serve(file, "video/mp4")

    def _result_500(self, file: Path) -> None:
        self.send(b"Internal Error", status=500, kind="text/plain")

    def _result_cut(self, file: Path) -> None:
        content = file.read_bytes()
        self.promise(len(content), "video/mp4")
        self.wfile.write(content[: len(content) // 2])

    def _result_drip(self, file: Path) -> None:
        self.promise(file.stat().st_size, "video/mp4")
        self.drip(b"\0", DRIP_SECONDS)

    def _result_page(self, file: Path) -> None:
        self.send(HTML, kind="text/html")

    def _result_huge(self, file: Path) -> None:
        self.promise(10**12, "video/mp4")

    def _result_moved(self, file: Path) -> None:
        self.send(b"", status=302, location=self.path)

    def _result_private(self, file: Path) -> None:
        self.send(b"", status=302, location=f"https://10.0.0.1/{file.name}")

    def _set_faults(self, body: bytes) -> None:
        """Not Kie's: faults for every call from now on, `{"faults": ["455~10"]}`; an empty list takes them all away."""
        call = self.as_json(body)
        texts = call.get("faults") if isinstance(call, dict) else None
        if not isinstance(texts, list):
            return self.refuse(422, "Give a list of faults")
        try:
            for text in texts:
                self.standin.faults.add(str(text))
        except ValueError as error:
            return self.refuse(422, str(error))
        if not texts:
            self.standin.faults.clear()
        return self.say(None)

    def _health(self, body: bytes) -> None:
        tasks = self.standin.accepted
        self.say({"tasks": len(tasks), "running": sum(not t.end for t in tasks), "credits": str(self.standin.balance)})


ROUTES: tuple[tuple[str, str, Callable[[Handler, bytes], None]], ...] = (
    ("POST", "/api/v1/jobs/createTask", Handler._create),
    ("GET", "/api/v1/jobs/recordInfo", Handler._record),
    ("GET", "/api/v1/chat/credit", Handler._credit),
    ("POST", "/api/v1/common/download-url", Handler._download_url),
    ("POST", "/api/file-stream-upload", Handler._upload_form),
    ("POST", "/api/file-base64-upload", Handler._upload_base64),
    ("POST", "/api/file-url-upload", Handler._upload_url),
    ("GET", "/files/.+", Handler._file),
    ("GET", r"/results/[^/]+\.mp4", Handler._result),
    ("GET", "/health", Handler._health),
    ("POST", "/faults", Handler._set_faults),
)
RESULT_FAULTS: Mapping[str, Callable[[Handler, Path], None]] = MappingProxyType(
    {
        "result-500": Handler._result_500,
        "result-cut": Handler._result_cut,
        "result-drip": Handler._result_drip,
        "result-page": Handler._result_page,
        "result-huge": Handler._result_huge,
        "result-moved": Handler._result_moved,
        "result-private": Handler._result_private,
    }
)
