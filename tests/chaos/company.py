"""The processes of a batch: started, struck, started again as a service manager would, and stopped."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent.parent
KIE, WEB, WORKS = "kie", "web", ("work-a", "work-b")
KIE_KEY = "chaos-kie-key-that-nobody-may-log"
WEBHOOK_KEY = "chaos-webhook-key-that-nobody-may-log"
REST_SECONDS = 0.5
SECONDS_TO_ANSWER = 60.0


@dataclass
class Company:
    """Stand-in, web server and two works. `environment` is that of all; each gets its name as CHAOS_PART."""

    folder: Path
    environment: dict[str, str]
    kie_port: int
    web_port: int
    parts: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    rest_until: dict[str, float] = field(default_factory=dict)

    def command(self, name: str) -> list[str]:
        """The command line of a part."""
        manage = [sys.executable, "manage.py"]
        if name == KIE:
            state = self.folder / "kie"
            told = ["--record", str(state / "record.jsonl"), "--state-dir", str(state), "--port", str(self.kie_port)]
            keys = ["--key", KIE_KEY, "--webhook-key", WEBHOOK_KEY, "--balance", "100000000"]
            rest = ["--latency", "1", "--short-side", "64", "--creates-per-10s", "0", "--asks-per-second", "0"]
            return [*manage, "kie_standin", *told, *keys, *rest]
        if name == WEB:
            server = [sys.executable, "-m", "gunicorn", "kling_cms.wsgi", "--bind", f"127.0.0.1:{self.web_port}"]
            return [*server, "--threads", "4", "--log-level", "warning", "--no-control-socket"]
        return [*manage, "work"]

    def start(self, *names: str) -> None:
        """Start parts, each in a session of its own and gone when we are."""
        for name in names:
            tied = [sys.executable, "-m", "kling_cms.lifeline", str(os.getpid()), *self.command(name)]
            with (self.folder / f"{name}.log").open("ab") as log:
                self.parts[name] = subprocess.Popen(
                    tied,
                    cwd=ROOT,
                    env={**self.environment, "CHAOS_PART": name},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def wait_until_up(self) -> None:
        """Until stand-in and web server answer. Raises TimeoutError."""
        end = time.monotonic() + SECONDS_TO_ANSWER
        for port, path in ((self.kie_port, "/health"), (self.web_port, "/healthz")):
            while not answers(f"http://127.0.0.1:{port}{path}"):
                if time.monotonic() > end:
                    raise TimeoutError(f"Nothing answers on port {port}; see {self.folder}.")
                time.sleep(0.1)

    def strike(self, name: str) -> None:
        """Kill -9: the first process of a work, which the others must follow; all of any other part."""
        process = self.parts[name]
        with contextlib.suppress(ProcessLookupError):
            process.kill() if name in WORKS else os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def raise_the_dead(self) -> None:
        """Start again what has ended, after a short rest."""
        now = time.monotonic()
        for name, process in self.parts.items():
            if process.poll() is None:
                self.rest_until.pop(name, None)
            elif self.rest_until.setdefault(name, now + REST_SECONDS) <= now:
                self.start(name)

    def tell_kie(self, faults: list[str]) -> None:
        """Set faults for all calls (none: take all away); nothing happens while the stand-in is down."""
        body = b'{"faults": [%s]}' % ", ".join(f'"{fault}"' for fault in faults).encode()
        call = Request(f"http://127.0.0.1:{self.kie_port}/faults", data=body, method="POST")
        with contextlib.suppress(OSError):
            urlopen(call, timeout=1).close()

    def pick(self, role: str, rng: random.Random) -> int | None:
        """A process of a role: `worker` (any fork of a cluster), `cluster`, or a part's name; None: there is none."""
        if role in self.parts:
            return self.parts[role].pid
        rows = list(processes())
        clusters = [pid for pid, _, line in rows if "work --cluster" in line and self._is_ours(pid, rows)]
        parents = [pid for pid, parent, line in rows if "--cluster" in line and parent in clusters]
        forks = [pid for pid, parent, _ in rows if parent in parents]
        found = sorted(clusters if role == "cluster" else [*parents, *forks])
        return rng.choice(found) if found else None

    def _is_ours(self, pid: int, rows: list[tuple[int, int, str]]) -> bool:
        works = {self.parts[name].pid for name in WORKS}
        return any(one == pid and parent in works for one, parent, _ in rows)

    def stop(self) -> None:
        """End all, whatever they are at."""
        for name in self.parts:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.parts[name].pid, signal.SIGCONT)
            self.strike(name)


def answers(address: str) -> bool:
    """Whether a server is there."""
    with contextlib.suppress(URLError, OSError), urlopen(address, timeout=2) as answer:
        return bool(answer.status == 200)
    return False


def processes() -> Iterator[tuple[int, int, str]]:
    """Id, parent and command line of every process of this machine."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                yield int(folder.name), int(parent), line
