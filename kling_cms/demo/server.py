"""The processes of the demo: started in order, watched, and stopped together."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.request import urlopen

SECONDS_TO_STOP = 12
SECONDS_TO_ANSWER = 60
THREADS = 8
COMPLETE = "complete"  # this file stands in the demo's folder once all data is made


class DemoError(Exception):
    """The demo can't go on; the text says what to do."""


def port_is_free(port: int) -> bool:
    """Whether a server could listen on the port of this machine now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def clear_half_made(home: Path) -> bool:
    """Remove data whose making was stopped half-way, so that it is made anew; True if there was some."""
    if not home.exists() or (home / COMPLETE).exists():
        return False
    shutil.rmtree(home)
    return True


def demo_environment(base_dir: Path, home: Path, port: int, kie_port: int) -> dict[str, str]:
    """The whole configuration of the demo: its own data, the stand-in instead of Kie.ai, no mail to anybody.

    Every setting is given, so that neither a `.env` nor the shell can point the demo at real data or real money.
    """
    home.mkdir(exist_ok=True)
    key_file = home / "secret-key"
    if not key_file.exists():
        key_file.write_text(secrets.token_urlsafe(48))
    kie = f"http://127.0.0.1:{kie_port}"
    return {
        **os.environ,
        "SECRET_KEY": key_file.read_text(),
        "DEBUG": "false",
        "INSECURE_HTTP": "true",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "DATABASE_URL": f"sqlite:///{home / 'kling.sqlite3'}",
        "CACHE_URL": "locmem://",
        "MEDIA_ROOT": str(home / "media"),
        "STATIC_ROOT": str(home / "static"),
        "S3_BUCKET": "",
        "PUBLIC_URL": f"http://localhost:{port}",
        "KIE_API_URL": kie,
        "KIE_UPLOAD_URL": kie,
        "KIE_API_KEY": "demo-key",
        "KIE_WEBHOOK_KEY": "demo-webhook-key",
        "OUTGOING_ALLOWED": f"127.0.0.1:{kie_port}",
        "EMAIL_URL": f"file://{home / 'mail'}",
        "LOG_LEVEL": "ERROR",  # failures are part of the story; the pages tell them
        "TRUST_PROXY": "false",
        "PYTHONPATH": str(base_dir),
    }


def web_command(port: int) -> list[str]:
    """The web server: one process, some threads, silent unless something is wrong."""
    line = [sys.executable, "-m", "gunicorn", "kling_cms.wsgi", "--bind", f"127.0.0.1:{port}"]
    return [*line, "--threads", str(THREADS), "--log-level", "warning", "--no-control-socket"]


@dataclass
class Troupe:
    """The demo's processes; each leads a group of its own, so that Ctrl-C reaches only us and we stop them in order.

    What they say goes to our own output, or to the end of the file `log`.
    """

    environment: Mapping[str, str]
    base_dir: Path
    log: Path | None = None
    members: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def run(self, *arguments: str) -> None:
        """Run a management command to its end. Raises DemoError if it fails."""
        done = subprocess.run(self._command(arguments), env=dict(self.environment), cwd=self.base_dir, check=False)
        if done.returncode:
            raise DemoError(f"“manage.py {' '.join(arguments)}” failed; what it said stands above.")

    def start(self, name: str, *arguments: str) -> None:
        """Start a management command that goes on."""
        self.launch(name, self._command(arguments))

    def launch(self, name: str, line: Sequence[str]) -> None:
        """Start any program that goes on, until we end it or are gone ourselves."""
        tied = [sys.executable, "-m", "kling_cms.lifeline", str(os.getpid()), *line]
        with self.log.open("ab") if self.log else contextlib.nullcontext() as output:
            self.members[name] = subprocess.Popen(
                tied,
                env=dict(self.environment),
                cwd=self.base_dir,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    def stop(self, *names: str) -> None:
        """Stop these (all, the last started first) politely, and by force after a while."""
        chosen = list(names) or list(reversed(self.members))
        leaving = [self.members.pop(name) for name in chosen if name in self.members]
        for process in leaving:
            process.terminate()
        deadline = time.monotonic() + SECONDS_TO_STOP
        for process in leaving:
            try:
                process.wait(max(deadline - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def fallen(self) -> str:
        """The name of a process that ended by itself, or nothing."""
        return next((name for name, process in self.members.items() if process.poll() is not None), "")

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "manage.py", *arguments]


def wait_for(address: str, troupe: Troupe) -> None:
    """Wait until an address answers. Raises DemoError if a process falls or nothing answers in time."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline:
        if fallen := troupe.fallen():
            raise DemoError(f"The {fallen} stopped; what it said stands above.")
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310  # our own address on this machine
                if answer.status < 500:
                    return
        except (URLError, ConnectionError, TimeoutError) as error:
            if getattr(error, "code", 500) < 500:
                return
        time.sleep(0.1)
    raise DemoError(f"{address} does not answer after {SECONDS_TO_ANSWER} s.")


def on_stop(call: Callable[[], None]) -> None:
    """Call on Ctrl-C, SIGTERM, or when the terminal is closed."""

    def leave(number: int, frame: FrameType | None) -> None:
        call()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, leave)
