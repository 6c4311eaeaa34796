"""The Kie of loads (`kie.py`) as a child process, seen from the benchmark."""

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self
from urllib.request import Request, urlopen

from tests.bench.engine.proc import wait_for_line


class LoadKie:
    """A context manager; `url` is where it listens."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.engine.kie"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.address = f"127.0.0.1:{wait_for_line(self._process.stdout, 'The stand-in')}"
        self.url = f"http://{self.address}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.wait()

    def set(self, *, latency: float | None, creates_per_10s: int = 0) -> None:
        """Forget everything; tasks take `latency` seconds from now on (None: until `release`)."""
        self._post("set", {"latency": latency, "creates_per_10s": creates_per_10s})

    def release(self) -> None:
        """End the tasks that wait."""
        self._post("release", {})

    def counts(self) -> dict[str, Any]:
        """What happened since `set`."""
        with urlopen(f"{self.url}/bench/counts", timeout=30) as answer:
            found: dict[str, Any] = json.loads(answer.read())["data"]
        return {
            **dict.fromkeys(("creates", "refused", "asks", "downloads", "callbacks", "callbacks_failed"), 0),
            **found,
        }

    def _post(self, what: str, value: dict[str, Any]) -> None:
        with urlopen(Request(f"{self.url}/bench/{what}", json.dumps(value).encode()), timeout=30) as answer:
            answer.read()
