"""The product on free ports: a local Kie.ai, the worker, the web server, each as people run it, on data of its own."""

import email
import email.policy
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

import psycopg

from assets.providers.standin import StandIn
from kling_cms.demo.server import Troupe, demo_environment, wait_for, web_command

ROOT = Path(__file__).resolve().parent.parent.parent
SHORT_SIDE = 180
LATENCY = 0.3


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """The whole product in a folder; a context manager. `url` is where browsers go, `standin` what charges it."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder, self.log, self.mail = folder, folder / "log.txt", folder / "home" / "mail"
        port = free_port()
        self.url = f"http://localhost:{port}"
        self.standin = StandIn(
            key="demo-key", webhook_key="demo-webhook-key", latency=LATENCY, short_side=SHORT_SIDE, balance=100_000
        )
        kie_port = int(self.standin.address.rpartition(":")[2])
        (folder / "tmp").mkdir()
        self.environment = {
            **demo_environment(ROOT, folder / "home", port, kie_port),
            "DATABASE_URL": database_url,
            "TMPDIR": str(folder / "tmp"),
        }
        self.troupe = Troupe(self.environment, ROOT, log=self.log)
        self.sessions: dict[str, Any] = {}
        self._port = port

    def __enter__(self) -> Self:
        try:
            self.standin.start()
            self.manage("migrate", "--verbosity", "0", "--skip-checks")
            self.troupe.start("worker", "work")
            self.manage("collectstatic", "--no-input", "--verbosity", "0", "--skip-checks")
            self.troupe.launch("web server", web_command(self._port))
            wait_for(f"{self.url}/healthz", self.troupe)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End every process that was started."""
        self.troupe.stop()
        self.standin.stop()

    def manage(self, *arguments: str, typed: str = "") -> str:
        """Run a management command to its end with `typed` on its standard input; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def said(self, since: int = 0) -> str:
        """What worker and web server wrote since a position of the log, in bytes."""
        return self.log.read_bytes()[since:].decode(errors="replace") if self.log.exists() else ""

    def letters(self, to: str) -> list[str]:
        """The texts of the mails to an address, oldest first."""
        found = [part for file in sorted(self.mail.glob("*.log")) for part in _letters(file)]
        return [text for address, text in found if address == to]

    def link_in_letter(self, to: str, part: str) -> str:
        """The newest link with `part` in its path that was mailed to somebody; waits for the worker."""
        pattern = re.compile(rf"{re.escape(self.url)}\S*{re.escape(part)}\S*")
        found: list[str] = []

        def arrived() -> bool:
            found[:] = [link for text in self.letters(to) for link in pattern.findall(text)]
            return bool(found)

        assert self.standin.wait_until(arrived, 20), f"No mail to {to}:\n{self.said()}"
        return found[-1]


def _letters(file: Path) -> Iterator[tuple[str, str]]:
    """Address and plain text of each whole mail in a file of Django's file backend, which ends each with a ruler."""
    *whole, _ = file.read_text().split("-" * 79 + "\n")
    for text in whole:
        letter = email.message_from_string(text, policy=email.policy.default)
        body = letter.get_body(("plain",))
        yield str(letter["to"]), body.get_content() if body else ""


@contextmanager
def own_database(folder: Path) -> Iterator[str]:
    """The address of an empty database: a file, or one of its own on the PostgreSQL server of DATABASE_URL."""
    address = urlsplit(os.environ.get("DATABASE_URL", ""))
    if not address.scheme.startswith("postgres"):
        yield f"sqlite:///{folder / 'live.sqlite3'}"
        return
    name = f"{address.path.strip('/')}_live_{os.getpid()}"
    with psycopg.connect(urlunsplit(address._replace(path="/postgres")), autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(address._replace(path=f"/{name}"))
        finally:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
