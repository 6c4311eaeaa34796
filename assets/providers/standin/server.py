"""The stand-in as an object: start it, look at what it accepted, set faults, end tasks, stop it."""

import sys
import threading
import time
from collections.abc import Iterable
from decimal import Decimal
from http.server import ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from .book import Task
from .desk import Desk
from .handler import Handler


class StandIn(Desk):
    """Kie.ai on this machine. A context manager: `with StandIn(latency=0.1) as standin: Kie(standin.url, ...)`.

    `latency`: seconds that a task takes; None: until `complete` is called. `short_side`: pixels of a clip's shorter
    side. `key`: the bearer key it wants; "" takes any. `creates_per_10s`, `asks_per_second`: Kie has 20 and 10; 0 is no
    limit. `hang_seconds`: how long the fault `hang` holds a call. `balance` counts at the first start only.
    `state_dir`: where results, uploads and the journal outlive a restart; None: a temporary directory.
    `record`: another place for the journal, which has a line a task that was accepted or has ended, and what it took.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        key: str = "",
        webhook_key: str = "",
        latency: float | None = 0.1,
        balance: Decimal | int = 10_000,
        short_side: int = 144,
        fps: int = 24,
        creates_per_10s: int = 0,
        asks_per_second: int = 0,
        hang_seconds: float = 60.0,
        faults: Iterable[str] = (),
        state_dir: Path | None = None,
        record: Path | None = None,
    ) -> None:
        super().__init__(
            key=key,
            webhook_key=webhook_key,
            latency=latency,
            balance=balance,
            short_side=short_side,
            fps=fps,
            creates_per_10s=creates_per_10s,
            asks_per_second=asks_per_second,
            hang_seconds=hang_seconds,
            faults=faults,
            state_dir=state_dir,
            record=record,
        )
        handler = type("BoundHandler", (Handler,), {"standin": self})
        try:
            self._server = _Server((host, port), handler)
        except OSError:
            self.close()
            raise
        self.address = f"{host}:{self._server.server_port}"
        self.url = f"http://{self.address}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> Self:
        """Answer requests, and go on with the tasks that an earlier run left open."""
        self._thread.start()
        for task in self.accepted:
            if not task.end:
                self.maker.begin(task)
        return self

    def stop(self) -> None:
        """Stop answering, let go of all tasks, close everything."""
        self.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def set_fault(self, *texts: str) -> None:
        """Set faults for every call from now on, written as in the table. Raises ValueError for an unknown one."""
        for text in texts:
            self.faults.add(text)

    def clear_faults(self) -> None:
        """Take the faults away that `set_fault` and the constructor set."""
        self.faults.clear()

    def complete(self, task_id: str | None = None, *faults: str, timeout: float = 30.0) -> list[Task]:
        """End a task now (all open ones without an id), with faults if given, and wait until its record says so.

        Raises TimeoutError, and KeyError for an unknown id.
        """
        tasks = [t for t in self.accepted if not t.end] if task_id is None else [self.book.tasks[task_id]]
        for task in tasks:
            task.faults.update(dict.fromkeys(faults, 1.0))
            task.release.set()
        deadline = time.monotonic() + timeout
        for task in tasks:
            if not task.over.wait(max(0, deadline - time.monotonic())):
                raise TimeoutError(f"{task.task_id} didn't end within {timeout} seconds")
        return tasks


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Callers that hang up are nothing to write home about."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)
