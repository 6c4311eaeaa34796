"""A site of its own for tests of `manage.py work`: a database file, real worker processes, a local Kie.ai."""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psycopg

from assets.providers.standin import StandIn

ROOT = Path(__file__).resolve().parent.parent
ENOUGH_TO_DRAW = ("PATH", "HOME", "SECRET_KEY", "DATABASE_URL", "MEDIA_ROOT")
ASK = """
from assets.actions.generate import request_takes
from assets.requests import TakeRequest
from tests.factories import MemberFactory, PriceFactory, ShotFactory
from assets.models import Price
Price.objects.all().delete(); PriceFactory.create()
shot, jobs = ShotFactory.create(), []
MemberFactory.create(user=shot.created_by, organisation=shot.project.organisation)
wanted = TakeRequest("text", "A paper boat", 5, False, "16:9")
for key in range(COUNT):
    jobs += request_takes(by=shot.created_by, shot=shot, wanted=wanted, takes=1, request_key=str(key))
print(*(take.generation.pk.hex for take in jobs))
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

    def __init__(self, folder: Path, standin: StandIn, database_url: str) -> None:
        self.folder, self.database_url = folder, database_url
        (folder / "tmp").mkdir()
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            "TMPDIR": str(folder / "tmp"),
            "SECRET_KEY": "only-for-this-test-and-long-enough-for-it",
            "DEBUG": "true",
            "DATABASE_URL": database_url,
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
        return self.ask_for(1)[0]

    def ask_for(self, takes: int) -> list[str]:
        """Ask for so many takes of 5 s: the ids of their jobs in hex."""
        return self.manage("shell", "--no-imports", "-c", f"COUNT = {takes}\n{ASK}").split()

    def look_now(self, job: str) -> None:
        """Make a job due, as its next look at the provider may be far."""
        self.rows("UPDATE assets_generation SET due_at = created_at WHERE id = ?", job)

    def rows(self, query: str, *values: str) -> list[Any]:
        """What the database says now."""
        if self.database_url.startswith("postgres"):
            with psycopg.connect(self.database_url) as server:
                answer = server.execute(query.replace("?", "%s").encode(), values)
                return answer.fetchall() if answer.description else []
        with closing(sqlite3.connect(self.database_url.removeprefix("sqlite:///"), timeout=10)) as file, file:
            return file.execute(query, values).fetchall()

    def state(self, job: str) -> str:
        """Where a job stands."""
        return str(self.rows("SELECT state FROM assets_generation WHERE id = ?", job)[0][0])

    def work(self, *, quick: bool = False, elsewhere: Path | None = None, pictures: bool = False) -> "Work":
        """`manage.py work`, to be used in a with statement.

        `quick`: with a supervisor that is soon worried; `elsewhere`: as on another machine, its folder empty;
        `pictures`: one that only draws, with the settings that it needs and no others.
        """
        return Work(self, "tests/quick_work.py" if quick else "manage.py", elsewhere, pictures=pictures)


class Work:
    """The running command and its tree of processes."""

    def __init__(self, site: Site, program: str, elsewhere: Path | None, *, pictures: bool) -> None:
        home = elsewhere or site.folder
        # A socket stands below it, and the path of a socket is short: pytest's own folders are too deep.
        self._folder = tempfile.TemporaryDirectory(prefix="work-")
        self.log, self.pulse = home / "work.log", Path(self._folder.name)
        self._clusters = 1 if pictures else 2
        names = ENOUGH_TO_DRAW if pictures else site.environment.keys()
        environment = {**{name: site.environment[name] for name in names}, "TMPDIR": str(self.pulse)}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / program), "work", *(["--pictures"] if pictures else [])],
                cwd=home,
                env={**environment, "HOME": str(home)} if elsewhere else environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def __enter__(self) -> Self:
        assert wait_for(lambda: len(list(self.pulse.glob("*/*/booked"))) == self._clusters, 45), self.log.read_text()
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
            self._folder.cleanup()

    def tree(self, root: int = 0) -> list[int]:
        """All processes below that one (the command), by id, parents first."""
        listed = subprocess.run(["ps", "-axwwo", "pid=,ppid=,stat="], capture_output=True, text=True, check=True).stdout
        rows = [line.split() for line in listed.splitlines()]
        found, seen = [], [root or self.process.pid]
        while seen:
            parent = seen.pop(0)
            below = [int(pid) for pid, ppid, stat in rows if int(ppid) == parent and not stat.startswith("Z")]
            found += below
            seen += below
        return found

    def cluster(self, name: str) -> int:
        """The id of a cluster's first process; its forks are below it."""
        return self.child(f"--cluster {name}")

    def child(self, words: str) -> int:
        """The id of the child of the command whose command line has these words."""
        listed = subprocess.run(["ps", "-axwwo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
        rows = [line.split(maxsplit=2) for line in listed.splitlines()]
        return next(int(pid) for pid, ppid, args in rows if int(ppid) == self.process.pid and words in args)

    def role(self, name: str) -> int:
        """The id of a process of the first cluster by what it does, in the order in which a guard starts its own."""
        if name == "supervisor":
            return self.process.pid
        if name == "room":
            return self.child("assets.media.room")
        parent = self.cluster("kling")
        (guard,) = below(parent)
        *workers, monitor, pusher = sorted(below(guard))
        return {"parent": parent, "guard": guard, "worker": workers[0], "monitor": monitor, "pusher": pusher}[name]


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
