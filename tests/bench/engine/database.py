"""Empty databases for the product's runs: a migrated template once, a copy a run; and a look into them."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg

from tests.bench.engine.proc import cpu_seconds

type Rows = Sequence[Sequence[Any]]
ROOT = Path(__file__).resolve().parents[3]
SAFE = {"SECRET_KEY": "b" * 50, "DEBUG": "false", "INSECURE_HTTP": "true", "ALLOWED_HOSTS": "127.0.0.1"}


@dataclass(frozen=True)
class Database:
    """One database, by its address."""

    url: str

    @property
    def is_postgres(self) -> bool:
        """PostgreSQL, or else SQLite."""
        return self.url.startswith("postgres")

    @contextmanager
    def opened(self) -> Iterator[Callable[[str], Rows]]:
        """A connection that answers queries."""
        if self.is_postgres:
            with psycopg.connect(self.url, autocommit=True) as server:
                yield lambda query: server.execute(query.encode()).fetchall()
        else:
            with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20)) as file:
                yield lambda query: file.execute(query).fetchall()

    def rows(self, query: str) -> Rows:
        """What a query finds."""
        with self.opened() as ask:
            return ask(query)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else is in the middle of writing (SQLite; PostgreSQL's writers don't block each other)."""
        if self.is_postgres:
            yield
            return
        with closing(sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20, isolation_level=None)) as file:
            file.execute("BEGIN IMMEDIATE")
            yield
            file.execute("ROLLBACK")

    def server_cpu(self) -> float:
        """CPU seconds of the living server processes that work for this database; 0 for SQLite."""
        if not self.is_postgres:
            return 0.0
        found = self.rows("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        return cpu_seconds(int(row[0]) for row in found)


class Databases:
    """A context manager; `fresh` makes one that is gone after its block."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        address = os.environ.get("DATABASE_URL", "")
        self.are_postgres = address.startswith("postgres")
        self._address = urlsplit(address)
        self._number = 0
        self._template = self._make("template")

    def __enter__(self) -> "Databases":
        self._create(self._template)
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0", "--skip-checks"],
            cwd=ROOT,
            env={**os.environ, **SAFE, "DATABASE_URL": self._template.url, "STATIC_ROOT": str(self._folder / "static")},
            check=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._drop(self._template)

    @contextmanager
    def fresh(self, *, empty: bool = False) -> Iterator[Database]:
        """A migrated database of its own; `empty`: without a table."""
        self._number += 1
        made = self._make(str(self._number))
        self._create(made, like=None if empty else self._template)
        try:
            yield made
        finally:
            self._drop(made)

    def _make(self, name: str) -> Database:
        if self.are_postgres:
            whole = f"{self._address.path.strip('/') or 'kling'}_bench_{os.getpid()}_{name}"
            return Database(urlunsplit(self._address._replace(path=f"/{whole}")))
        return Database(f"sqlite:///{self._folder / f'{name}.sqlite3'}")

    def _server(self, statement: str) -> None:
        with psycopg.connect(urlunsplit(self._address._replace(path="/postgres")), autocommit=True) as server:
            server.execute(statement.encode())

    def _create(self, made: Database, like: Database | None = None) -> None:
        if self.are_postgres:
            template = f' TEMPLATE "{_name(like)}"' if like else ""
            self._server(f'CREATE DATABASE "{_name(made)}"{template}')
        elif like:
            shutil.copy(_name(like), _name(made))

    def _drop(self, made: Database) -> None:
        if self.are_postgres:
            self._server(f'DROP DATABASE IF EXISTS "{_name(made)}" WITH (FORCE)')
        else:
            for ending in ("", "-wal", "-shm"):
                Path(f"{_name(made)}{ending}").unlink(missing_ok=True)


def _name(database: Database) -> str:
    """The database's name at its server, or the file's path."""
    return urlsplit(database.url).path.strip("/") if database.is_postgres else database.url.removeprefix("sqlite:///")
