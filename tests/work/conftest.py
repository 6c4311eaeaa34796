"""A site and a Kie.ai for each test; the database is the one of the test run, SQLite or PostgreSQL."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from assets.providers.standin import StandIn
from tests.worker_support import Site

SERVER, _, NAME = os.environ.get("DATABASE_URL", "").rpartition("/")
ON_POSTGRES = SERVER.startswith("postgres")


@pytest.fixture
def standin() -> Iterator[StandIn]:
    """Kie.ai on this machine; tasks end when `complete` is called."""
    with StandIn(latency=None, short_side=64) as server:
        yield server


@contextmanager
def _database(name: str, template: str = "template1") -> Iterator[str]:
    with psycopg.connect(f"{SERVER}/{NAME}", autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        yield f"{SERVER}/{name}"
        server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def empty_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A migrated database, made once and copied by each test."""
    folder = tmp_path_factory.mktemp("empty")
    with StandIn() as nobody, _database(f"empty_{os.getpid()}") if ON_POSTGRES else _file(folder) as url:
        made = Site(folder, nobody, url)
        made.manage("migrate", "--verbosity", "0", "--skip-checks")
        yield made


@contextmanager
def _file(folder: Path) -> Iterator[str]:
    yield f"sqlite:///{folder / 'db.sqlite3'}"


@pytest.fixture
def site(tmp_path: Path, standin: StandIn, empty_site: Site) -> Iterator[Site]:
    """A site of its own for each test."""
    if ON_POSTGRES:
        empty = empty_site.database_url.rpartition("/")[2]
        with _database(f"work_{os.getpid()}", template=empty) as url:
            yield Site(tmp_path, standin, url)
    else:
        shutil.copy(empty_site.folder / "db.sqlite3", tmp_path)
        yield Site(tmp_path, standin, f"sqlite:///{tmp_path / 'db.sqlite3'}")
