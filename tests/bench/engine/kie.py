"""A Kie.ai for loads: the shapes of the product's stand-in, without its scripts and its rendering.

One asyncio process that answers hundreds of calls a second. `python -m tests.bench.engine.kie` prints its port.
`POST /bench/set` with {"latency": s or null, "creates_per_10s": n} forgets all tasks; `POST /bench/release` ends those
that wait for it (latency null); `GET /bench/counts` tells what happened.
"""

import asyncio
import contextlib
import itertools
import json
import sys
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from assets.providers.kie_webhook import callback_signature
from tests.bench.engine.clip import canned_clip, tail

WEBHOOK_KEY = "bench-webhook-key"
CALLBACKS_AT_ONCE = 32
CALLBACK_TRIES = 3
WINDOW = 10.0
CREDITS = 55


@dataclass
class Task:
    """What was accepted; `done` and `created` in seconds since 1970."""

    task_id: str
    request: dict[str, Any]
    created: float
    done: float | None = None

    def record(self, base: str) -> dict[str, Any]:
        """As recordInfo and the callback tell it."""
        over = self.done is not None
        urls = {"resultUrls": [f"{base}/results/{self.task_id}.mp4"]}
        return {
            "taskId": self.task_id,
            "model": self.request["model"],
            "state": "success" if over else "generating",
            "param": json.dumps({**self.request, "input": json.dumps(self.request["input"])}),
            "resultJson": json.dumps(urls) if over else "",
            "failCode": None,
            "failMsg": None,
            "costTime": round((self.done - self.created) * 1000) if self.done else None,
            "completeTime": round(self.done * 1000) if self.done else None,
            "createTime": round(self.created * 1000),
            "updateTime": round((self.done or self.created) * 1000),
            **({"creditsConsumed": CREDITS} if over else {}),
        }


@dataclass
class Desk:
    """All tasks of one run, and what was counted."""

    clip: Path
    latency: float | None = 2.0
    creates_per_10s: int = 0
    tasks: dict[str, Task] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    addresses: Counter[str] = field(default_factory=Counter)
    _passed: deque[float] = field(default_factory=deque)
    _numbers: Any = field(default_factory=itertools.count)
    _ends: set[asyncio.Task[None]] = field(default_factory=set)
    _bells: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CALLBACKS_AT_ONCE))
    _release: asyncio.Event = field(default_factory=asyncio.Event)
    base: str = ""

    def set(self, latency: float | None, creates_per_10s: int) -> None:
        """Begin anew."""
        for end in self._ends:
            end.cancel()
        self.latency, self.creates_per_10s = latency, creates_per_10s
        self.tasks, self.counts, self.addresses = {}, Counter(), Counter()
        self._passed.clear()
        self._release = asyncio.Event()

    def release(self) -> None:
        """End the tasks that wait for it."""
        self._release.set()

    def create(self, request: dict[str, Any]) -> dict[str, Any]:
        """The answer to createTask."""
        self.counts["creates"] += 1
        if not self._lets_pass():
            self.counts["refused"] += 1
            return {"code": 429, "msg": "Too many requests", "data": None}
        now = time.time()
        task = Task(f"task_{now:.6f}_{next(self._numbers)}", request, now)
        self.tasks[task.task_id] = task
        self.addresses[request.get("callBackUrl") or task.task_id] += 1
        end = asyncio.create_task(self._make(task))
        self._ends.add(end)
        end.add_done_callback(self._ends.discard)
        return {"code": 200, "msg": "success", "data": {"taskId": task.task_id}}

    def _lets_pass(self) -> bool:
        now = time.monotonic()
        while self._passed and now - self._passed[0] > WINDOW:
            self._passed.popleft()
        if self.creates_per_10s and len(self._passed) >= self.creates_per_10s:
            return False
        self._passed.append(now)
        return True

    async def _make(self, task: Task) -> None:
        if self.latency is None:
            await self._release.wait()
        else:
            await asyncio.sleep(self.latency)
        task.done = time.time()
        if url := task.request.get("callBackUrl"):
            async with self._bells:
                for _ in range(CALLBACK_TRIES):
                    if await self._ring(url, task):
                        return
                    self.counts["callbacks_failed"] += 1
                    await asyncio.sleep(1)

    async def _ring(self, url: str, task: Task) -> bool:
        """Send the callback; whether it was answered with 200."""
        parts, stamp = urlsplit(url), str(int(time.time()))
        letter = json.dumps({"code": 200, "msg": "success", "data": task.record(self.base)}).encode()
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(letter)}\r\nX-Webhook-Timestamp: {stamp}\r\nX-Webhook-Signature: "
            f"{callback_signature(task.task_id, stamp, WEBHOOK_KEY)}\r\nConnection: close\r\n\r\n"
        )
        self.counts["callbacks"] += 1
        with contextlib.suppress(OSError, TimeoutError):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                writer.write(head.encode() + letter)
                async with asyncio.timeout(15):
                    status = await reader.readline()
                    await reader.read()
                return b" 200 " in status
            finally:
                writer.close()
        return False

    def told(self) -> dict[str, Any]:
        """What happened since the run began; `done`: when each callback address's task was over."""
        doubled = sum(times - 1 for times in self.addresses.values())
        done = {task.request.get("callBackUrl") or task.task_id: task.done for task in self.tasks.values()}
        return {**self.counts, "accepted": len(self.tasks), "doubled": doubled, "done": done}


class Server:
    """HTTP/1.1 with as little as the calls need."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._size = desk.clip.stat().st_size

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, open as long as the caller likes."""
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            while head := await reader.readline():
                method, target, _ = head.decode().split()
                headers = await _headers(reader)
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                await self._answer(writer, method, target, body)
                if headers.get("connection", "").lower() == "close":
                    break
        writer.close()

    async def _answer(self, writer: asyncio.StreamWriter, method: str, target: str, body: bytes) -> None:
        path, _, query = target.partition("?")
        if path.startswith("/results/"):
            await self._send_clip(writer, Path(path).stem)
            return
        value = json.dumps(self._value(path, query, body)).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(value))
        writer.write(value)
        await writer.drain()

    def _value(self, path: str, query: str, body: bytes) -> dict[str, Any]:
        if path == "/api/v1/jobs/createTask":
            return self.desk.create(json.loads(body))
        if path == "/api/v1/jobs/recordInfo":
            self.desk.counts["asks"] += 1
            task = self.desk.tasks.get(parse_qs(query)["taskId"][0])
            missing = {"code": 422, "msg": "recordInfo is null", "data": None}
            return {"code": 200, "msg": "success", "data": task.record(self.desk.base)} if task else missing
        if path == "/api/v1/chat/credit":
            return {"code": 200, "msg": "success", "data": 10_000_000}
        if path == "/bench/set":
            self.desk.set(**json.loads(body))
        elif path == "/bench/release":
            self.desk.release()
        elif path == "/bench/counts":
            return {"data": self.desk.told()}
        return {}

    async def _send_clip(self, writer: asyncio.StreamWriter, task_id: str) -> None:
        self.desk.counts["downloads"] += 1
        last = tail(task_id)
        length = self._size + len(last)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\nContent-Length: %d\r\n\r\n" % length)
        await writer.drain()
        with self.desk.clip.open("rb") as file:
            await asyncio.get_running_loop().sendfile(writer.transport, file)
        writer.write(last)
        await writer.drain()


async def _headers(reader: asyncio.StreamReader) -> dict[str, str]:
    found = {}
    while line := (await reader.readline()).strip():
        name, _, value = line.decode().partition(":")
        found[name.lower()] = value.strip()
    return found


async def main() -> None:
    """Serve until standard input ends."""
    desk = Desk(canned_clip())
    server = await asyncio.start_server(Server(desk).serve, "127.0.0.1", 0, backlog=1024)
    port = server.sockets[0].getsockname()[1]
    desk.base = f"http://127.0.0.1:{port}"
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main())
