"""The stand-in's endpoints: Kie's own, the uploads and the results."""

import base64
import binascii
import logging
import mimetypes
import re
import secrets
import socket
import struct
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from .book import OutOfCredits
from .calls import create_problem, parse_form
from .desk import Desk
from .faults import REFUSALS, faults_in
from .making import number, record_data
from .plumbing import Plumbing

HTML = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"

log = logging.getLogger("kie_standin")


class Handler(Plumbing):
    """Answers for one stand-in. Which call goes to which method stands at the end."""

    standin: Desk

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
        return self._accept(call, faults)

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
        return MESSES[mess](self) if mess else self.say({"taskId": task.task_id})

    def _no_task_id(self) -> None:
        self.say({})

    def _html(self) -> None:
        self.send(HTML, status=502, kind="text/html")

    def _truncated(self) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "80")
        self.end_headers()
        self.wfile.write(b'{"code":200,"msg":"success","data":{"task')

    def _hang(self) -> None:
        self.close_connection = True
        self.standin.stopping.wait(self.standin.hang_seconds)

    def _reset(self) -> None:
        self.close_connection = True
        # Lingering for 0 seconds turns the close into a reset.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def _record(self, body: bytes) -> None:
        if not self.standin.asks.lets_pass():
            return self.refuse(*REFUSALS["429"])
        match self.standin.faults.hit("ask-500", "ask-429", "ask-html"):
            case "ask-500":
                return self.refuse(500, "Internal Error, Please try again later.", status=500)
            case "ask-429":
                return self.refuse(*REFUSALS["429"], retry_after="1")
            case "ask-html":
                return self._html()
        task_id = parse_qs(urlsplit(self.path).query).get("taskId", [""])[0]
        task = self.standin.visible_task(task_id)
        if task is None:
            return self.refuse(422, "recordInfo is null")
        return self.say(record_data(task, self.standin.maker.latency_of(task)))

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
        return self.serve(self.standin.result_file(task.task_id), "video/mp4")

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
)
# What a caller sees of a task that was accepted and charged all the same.
MESSES: Mapping[str, Callable[[Handler], None]] = {
    "no-task-id": Handler._no_task_id,
    "html": Handler._html,
    "truncated": Handler._truncated,
    "hang": Handler._hang,
    "reset": Handler._reset,
}
