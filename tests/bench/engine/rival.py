"""How every side without the product runs: it says when it is warm, starts when told, tells what it did, and waits."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

PROMPT = "A paper boat crosses a puddle at dawn"
KEY = {"Authorization": "Bearer bench-key"}


@dataclass(frozen=True)
class Order:
    """`jobs` tasks of the Kie at `url`, one at a time if `one_by_one`; clips, and posters if wanted, into `folder`."""

    url: str
    jobs: int
    folder: str
    posters: bool = True
    one_by_one: bool = False

    @property
    def path(self) -> Path:
        """The folder."""
        return Path(self.folder)


@dataclass
class Told:
    """Seconds from the start to the last clip; for each callback address or task, when its job was finished (Unix)."""

    wall: float
    finished: dict[str, float]


def request_body(callback_url: str | None = None) -> dict[str, object]:
    """A createTask for 5 s of text to video."""
    given = {"prompt": PROMPT, "sound": False, "aspect_ratio": "16:9", "duration": "5"}
    called = {"callBackUrl": callback_url} if callback_url else {}
    return {"model": "kling-2.6/text-to-video", "input": given, **called}


def run_rival(work: Callable[[Order], dict[str, float]]) -> None:
    """Take the order from the command line, report READY, start on a line, tell the result, end with the input."""
    order = Order(**json.loads(sys.argv[1]))
    order.path.mkdir(parents=True, exist_ok=True)
    sys.stdout.write("READY\n")
    sys.stdout.flush()
    sys.stdin.readline()
    begun = time.perf_counter()
    finished = work(order)
    told = Told(time.perf_counter() - begun, finished)
    sys.stdout.write(json.dumps(asdict(told)) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
