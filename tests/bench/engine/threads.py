"""A rival: four threads, each with one job at a time, from the create to the poster, waiting in between."""

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx

from tests.bench.engine.poster import write_poster
from tests.bench.engine.rival import KEY, Order, request_body, run_rival

THREADS = 4
POLL_SECONDS = 0.25


def whole_job(order: Order, client: httpx.Client) -> tuple[str, float]:
    """Create, wait, fetch, hash, write, draw; the task's id and when it was finished."""
    answer = client.post(f"{order.url}/api/v1/jobs/createTask", json=request_body())
    task_id: str = answer.json()["data"]["taskId"]
    url = wait_for_result(order, client, task_id)
    final = order.path / f"{task_id}.mp4"
    save(client, url, final)
    if order.posters:
        write_poster(final)
    return task_id, time.time()


def wait_for_result(order: Order, client: httpx.Client, task_id: str) -> str:
    """Ask until it is done; oftener than Kie likes, which favours this side."""
    while True:
        data = client.get(f"{order.url}/api/v1/jobs/recordInfo", params={"taskId": task_id}).json()["data"]
        if data["state"] == "success":
            return str(json.loads(data["resultJson"])["resultUrls"][0])
        time.sleep(POLL_SECONDS)


def save(client: httpx.Client, url: str, final: Path) -> None:
    """Stream the clip to disk and hash it on the way."""
    found = hashlib.sha256()
    part = final.with_suffix(".part")
    with part.open("wb") as file, client.stream("GET", url) as answer:
        for piece in answer.iter_raw():
            found.update(piece)
            file.write(piece)
    part.with_suffix(".sha256").write_text(found.hexdigest())
    part.replace(final)


def new_client() -> httpx.Client:
    """A client that threads may share."""
    return httpx.Client(headers=KEY, timeout=60, trust_env=False)


def work(order: Order) -> dict[str, float]:
    """Do the order; when each job was finished."""
    with new_client() as client, ThreadPoolExecutor(THREADS) as pool:
        return dict(pool.map(lambda _: whole_job(order, client), range(order.jobs)))


if __name__ == "__main__":
    run_rival(work)
