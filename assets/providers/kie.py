"""The client for Kie.ai: one method a call. What the answers mean is decided in `kie_answers`."""

import json
import time
import zlib
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import BinaryIO, cast

import httpx

from .base import (
    MODELS,
    Accepted,
    InvalidInput,
    NotConnected,
    ProviderError,
    ReadFailed,
    TaskRecord,
    Unknown,
    VideoRequest,
    problems,
)
from .kie_answers import classify_create, decimal_in, error_for, read_data, read_record
from .kie_webhook import callback_task_id, verify_callback
from .network import Deadline, DirectTransport, is_web_address

__all__ = ["Kie", "callback_task_id", "classify_create", "verify_callback"]

CONNECT_SECONDS = 5.0
CREATE_SECONDS = 30.0
READ_SECONDS = 20.0
UPLOAD_SECONDS = 120.0
MAX_ANSWER_BYTES = 1024 * 1024
UPLOAD_PATH = "kling-cms"
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity", "User-Agent": "kling-cms"}


class AnswerUnreadable(Exception):
    """The answer is longer than the cap, packed or unpacked, or packed in a way that we can't undo."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that came in whole."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class _Bearer(httpx.Auth):
    """The only place that knows the key: puts it on requests to our two hosts and on no other; silent in any repr."""

    def __init__(self, key: str, *urls: httpx.URL) -> None:
        if not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("The Kie key holds a space, a line break or a character outside ASCII.")
        self._key = key
        self._origins = {(url.scheme, url.host, url.port) for url in urls}

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        if self._key and (request.url.scheme, request.url.host, request.url.port) in self._origins:
            request.headers["Authorization"] = f"Bearer {self._key}"
        yield request

    @contextmanager
    def hidden(self) -> Iterator[None]:
        """Takes the key out of the errors that leave the block, should Kie's answer repeat it."""
        try:
            yield
        except ProviderError as error:
            # A short key, as in a trial, would be found in ordinary words.
            if len(self._key) >= 8:
                error.excerpt = error.excerpt.replace(self._key, "[key]")
                error.message = error.message.replace(self._key, "[key]")
                error.args = (error.message,)
            raise


class Kie:
    """Kie.ai behind the protocol `base.Provider`. Safe to share between threads: a call opens its own connection.

    `transport` replaces the network in tests. `backoff`: pauses in seconds between the tries of a free call.
    """

    def __init__(
        self,
        api_url: str,
        upload_url: str,
        key: str,
        *,
        transport: httpx.BaseTransport | None = None,
        backoff: tuple[float, ...] = (0.3, 1.0),
    ) -> None:
        self._api, self._upload = _base_url(api_url), _base_url(upload_url)
        self._auth = _Bearer(key, self._api, self._upload)
        self._transport = transport
        self._backoff = backoff

    def __repr__(self) -> str:
        return f"Kie({str(self._api)!r})"

    def create_task(self, request: VideoRequest, callback_url: str | None) -> Accepted:
        """Make a task: paid, sent once, at most 30 seconds. Raises a kind of Refused, or Unknown; nothing else."""
        wrong = problems(request)
        if wrong:
            raise InvalidInput(" ".join(wrong))
        call: dict[str, object] = {"model": request.model, "input": MODELS[request.model].build(request)}
        if callback_url:
            call["callBackUrl"] = callback_url
        try:
            answer = self._post(Deadline(CREATE_SECONDS), "/api/v1/jobs/createTask", call)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise NotConnected(f"No connection to Kie: {error}") from None
        except Exception as error:
            # Whatever it was, the request may have left us: only certainty may call it refused.
            raise Unknown(f"The line to Kie broke off before the answer ({type(error).__name__}).") from None
        with self._auth.hidden():
            return classify_create(answer.status, answer.body, answer.headers)

    def record(self, task_id: str) -> TaskRecord:
        """Ask for a task. Raises TaskNotFound, ReadFailed, RateLimited, Maintenance or a kind of LineStopped."""

        def ask(deadline: Deadline) -> TaskRecord:
            answer = self._get(deadline, "/api/v1/jobs/recordInfo", taskId=task_id)
            return read_record(answer.status, answer.body, answer.headers, task_id)

        return self._again(ask)

    def credit(self) -> Decimal:
        """Credits left on the account. Raises as `base.Provider.credit` says."""

        def ask(deadline: Deadline) -> Decimal:
            answer = self._get(deadline, "/api/v1/chat/credit")
            left = decimal_in(read_data(answer.status, answer.body, answer.headers))
            return _usable(left, answer)

        return self._again(ask)

    def download_url(self, url: str) -> str:
        """A fresh link, good for 20 minutes, for a result. Raises as `base.Provider.download_url` says."""

        def ask(deadline: Deadline) -> str:
            answer = self._post(deadline, "/api/v1/common/download-url", {"url": url})
            return _usable(_link(read_data(answer.status, answer.body, answer.headers)), answer)

        return self._again(ask)

    def upload(self, content: bytes | BinaryIO, *, file_name: str, content_type: str) -> str:
        """Store a file with Kie, free and streamed, and give its address. Sent once: a stream can't be read again.

        The same `file_name` overwrites and may be served from a cache, so it must be new and random each time.
        """
        request = httpx.Request(
            "POST",
            _join(self._upload, "/api/file-stream-upload"),
            data={"uploadPath": UPLOAD_PATH, "fileName": file_name},
            files={"file": (file_name, content, content_type)},
            headers=HEADERS,
        )
        with self._auth.hidden():
            answer = _free(lambda: self._call(Deadline(UPLOAD_SECONDS), request))
            return _usable(_link(read_data(answer.status, answer.body, answer.headers)), answer)

    def _get(self, deadline: Deadline, path: str, **query: str) -> Answer:
        return self._call(deadline, httpx.Request("GET", _join(self._api, path), params=query, headers=HEADERS))

    def _post(self, deadline: Deadline, path: str, value: object) -> Answer:
        # Written here and not by httpx, so that odd text is escaped instead of failing half-way.
        request = httpx.Request(
            "POST",
            _join(self._api, path),
            content=json.dumps(value).encode(),
            headers={**HEADERS, "Content-Type": "application/json"},
        )
        return self._call(deadline, request)

    def _again[T](self, ask: Callable[[Deadline], T]) -> T:
        """Do a free call, and do it again after a pause while it brings nothing usable and time is left."""
        deadline = Deadline(READ_SECONDS)
        with self._auth.hidden():
            for pause in self._backoff:
                try:
                    return _free(lambda: ask(deadline))
                except ReadFailed:
                    if deadline.left() <= pause:
                        raise
                time.sleep(pause)
            return _free(lambda: ask(deadline))

    def _call(self, deadline: Deadline, request: httpx.Request) -> Answer:
        """One request, one answer, one connection. Raises httpx's errors and AnswerUnreadable."""
        with httpx.Client(
            transport=self._transport or DirectTransport(deadline),
            auth=self._auth,
            timeout=httpx.Timeout(None, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        ) as client:
            response = client.send(request, stream=True)
            try:
                return Answer(response.status_code, _whole_body(response), dict(response.headers))
            finally:
                response.close()


def _base_url(text: str) -> httpx.URL:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        url = httpx.URL("")
    if not is_web_address(url) or url.userinfo or url.query:
        raise ValueError(f"“{text}” is not the address of an API: it must look like https://api.kie.ai.")
    return url


def _join(base: httpx.URL, path: str) -> httpx.URL:
    return base.copy_with(path=base.path.rstrip("/") + path)


def _free[T](call: Callable[[], T]) -> T:
    """A free call whose accidents on the line become ReadFailed."""
    try:
        return call()
    except (httpx.HTTPError, AnswerUnreadable, OSError) as error:
        raise ReadFailed(f"No answer from Kie ({type(error).__name__}).") from None


def _whole_body(response: httpx.Response) -> bytes:
    """The body, unpacked if it comes packed although we asked for plain. Raises AnswerUnreadable past the cap."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "deflate"):
        raise AnswerUnreadable(f"packed as {packing}")
    raw = bytearray()
    # The stream and not `iter_raw`, which refuses the ready-made answers of test transports.
    for part in cast(httpx.SyncByteStream, response.stream):
        raw += part
        if len(raw) > MAX_ANSWER_BYTES:
            raise AnswerUnreadable("longer than the cap")
    return bytes(raw) if packing == "identity" else _unpack(bytes(raw))


def _unpack(raw: bytes) -> bytes:
    """Unpack gzip or deflate, but never more than the cap: a small packet may hold gigabytes."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
    try:
        body = unpacker.decompress(raw, MAX_ANSWER_BYTES + 1)
    except zlib.error:
        raise AnswerUnreadable("packed wrongly") from None
    if len(body) > MAX_ANSWER_BYTES or not unpacker.eof:
        raise AnswerUnreadable("longer than the cap once unpacked")
    return body


def _link(data: object) -> str | None:
    """The address in an answer's data: the data itself, or its downloadUrl or fileUrl."""
    if isinstance(data, dict):
        data = data.get("downloadUrl") or data.get("fileUrl")
    return data if isinstance(data, str) and data.startswith(("https://", "http://")) else None


def _usable[T](value: T | None, answer: Answer) -> T:
    if value is None:
        raise error_for(ReadFailed, answer.status, answer.body, answer.headers)
    return value
