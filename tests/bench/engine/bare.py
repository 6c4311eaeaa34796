"""The yardstick: an asyncio script that makes the same calls and keeps files only. No database, no second look."""

import asyncio
import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.bench.engine.poster import write_poster
from tests.bench.engine.rival import KEY, Order, request_body, run_rival

AT_ONCE = 32
CHUNK = 256 * 1024


@dataclass
class Bare:
    """One run: submit everything, wait for each callback, ask, download, hash, write, draw the poster."""

    order: Order
    client: httpx.AsyncClient
    pool: ThreadPoolExecutor
    address: str = ""
    knocks: dict[str, asyncio.Event] = field(default_factory=dict)
    finished: dict[str, float] = field(default_factory=dict)
    slots: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def run(self) -> None:
        """All jobs."""
        server = await asyncio.start_server(self.hear, "127.0.0.1", 0, backlog=1024)
        self.address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        if self.order.one_by_one:
            for number in range(self.order.jobs):
                await self.job(number)
        else:
            await asyncio.gather(*(self.job(number) for number in range(self.order.jobs)))
        server.close()

    async def hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A callback: only its address counts."""
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:"))
        await reader.readexactly(length)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        self.knocks[head.split()[1].decode().strip("/")].set()
        await writer.drain()
        writer.close()

    async def job(self, number: int) -> None:
        """One task from submission to poster."""
        self.knocks[str(number)] = asyncio.Event()
        callback = f"{self.address}/{number}"
        async with self.slots:
            body = request_body(callback)
            answer = await self.client.post(f"{self.order.url}/api/v1/jobs/createTask", json=body)
        task_id = answer.json()["data"]["taskId"]
        await self.knocks[str(number)].wait()
        async with self.slots:
            await self.fetch(task_id)
        self.finished[callback] = time.time()

    async def fetch(self, task_id: str) -> None:
        """Ask for the task, bring its clip home, draw."""
        query = {"taskId": task_id}
        answer = await self.client.get(f"{self.order.url}/api/v1/jobs/recordInfo", params=query)
        url = json.loads(answer.json()["data"]["resultJson"])["resultUrls"][0]
        part = self.order.path / f"{task_id}.part"
        final = part.with_suffix(".mp4")
        await self.save(url, part)
        part.replace(final)
        if self.order.posters:
            await asyncio.get_running_loop().run_in_executor(self.pool, write_poster, final)

    async def save(self, url: str, path: Path) -> None:
        """Stream the clip to disk and hash it on the way."""
        found = hashlib.sha256()
        with path.open("wb") as file:
            async with self.client.stream("GET", url) as answer:
                async for piece in answer.aiter_raw():
                    found.update(piece)
                    file.write(piece)
        path.with_suffix(".sha256").write_text(found.hexdigest())


async def work(order: Order) -> dict[str, float]:
    """Do the order; when each job was finished."""
    limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
    with ThreadPoolExecutor(2) as pool:
        async with httpx.AsyncClient(headers=KEY, limits=limits, timeout=60, trust_env=False) as client:
            bare = Bare(order, client, pool)
            await bare.run()
            return bare.finished


if __name__ == "__main__":
    run_rival(lambda order: asyncio.run(work(order)))
