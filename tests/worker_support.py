"""A site of its own for tests of `manage.py work`: a database file, real worker processes, a local Kie.ai."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assets.providers.standin import StandIn

ROOT = Path(__file__).resolve().parent.parent
ASK = """
from assets.actions.generate import request_takes
from assets.requests import TakeRequest
from tests.factories import MemberFactory, PriceFactory, ShotFactory
from assets.models import Price
Price.objects.all().delete(); PriceFactory.create()
shot = ShotFactory.create()
MemberFactory.create(user=shot.created_by, organisation=shot.project.organisation)
wanted = TakeRequest("text", "A paper boat", 5, False, "16:9")
print(request_takes(by=shot.created_by, shot=shot, wanted=wanted, takes=1, request_key="one")[0].generation.pk.hex)
"""


def wait_for(what: Callable[[], Any], seconds: float) -> bool:
    """Whether it becomes true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.1)
    return False


class Site:
    """The product on one machine: `manage` runs a command, `work` starts the workers, `rows` reads the database."""

    def __init__(self, folder: Path, standin: StandIn) -> None:
        self.folder, self.database = folder, folder / "db.sqlite3"
        (folder / "tmp").mkdir()
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TMPDIR": str(folder / "tmp"),
            "SECRET_KEY": "only-for-this-test-and-long-enough-for-it",
            "DEBUG": "true",
            "DATABASE_URL": f"sqlite:///{self.database}",
            "MEDIA_ROOT": str(folder / "media"),
            "KIE_API_URL": standin.url,
            "KIE_UPLOAD_URL": standin.url,
            "KIE_API_KEY": "test-key-of-nobody",
            "OUTGOING_ALLOWED": standin.address,
        }

    def manage(self, *arguments: str) -> str:
        """Run a command to its end; its last line of output."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.environment, check=False, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip().rpartition("\n")[2]

    def ask(self) -> str:
        """Ask for one take of 5 s: the id of its job in hex."""
        return self.manage("shell", "--no-imports", "-c", ASK)

    def rows(self, query: str, *values: str) -> list[Any]:
        """What the database says now."""
        with sqlite3.connect(self.database, timeout=10) as connection:
            found = connection.execute(query, values).fetchall()
        connection.close()
        return found

    def state(self, job: str) -> str:
        """Where a job stands."""
        return str(self.rows("SELECT state FROM assets_generation WHERE id = ?", job)[0][0])

    def work(self) -> "Work":
        """`manage.py work`, to be used in a with statement."""
        return Work(self)


class Work:
    """The running command and its tree of processes."""

    def __init__(self, site: Site) -> None:
        self.log = site.folder / "work.log"
        self.pulse = site.folder / "tmp"
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "work"],
                cwd=ROOT,
                env=site.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        assert wait_for(lambda: len(list(self.pulse.glob("*/*/beat"))) == 2, 45), self.log.read_text()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=12)
        finally:
            self.process.kill()
            self.process.wait()

    def tree(self) -> list[int]:
        """All processes below the command, by id, parents first."""
        listed = subprocess.run(["ps", "-axwwo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in listed.splitlines()]
        found, seen = [], [self.process.pid]
        while seen:
            parent = seen.pop(0)
            below = [int(pid) for pid, ppid, stat in rows if int(ppid) == parent and not stat.startswith("Z")]
            found += below
            seen += below
        return found

    def cluster(self, name: str) -> int:
        """The id of a cluster's first process; its forks are below it."""
        listed = subprocess.run(["ps", "-axwwo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(maxsplit=2) for line in listed.splitlines()]
        return next(
            int(pid) for pid, ppid, args in rows if int(ppid) == self.process.pid and f"--cluster {name}" in args
        )


def is_alive(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    told = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.strip()
    return bool(told) and not told.startswith("Z")


def below(pid: int) -> list[int]:
    """The children of a process."""
    listed = subprocess.run(["ps", "-axwwo", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    rows = [line.split() for line in listed.splitlines()]
    return [int(child) for child, parent in rows if int(parent) == pid]
