"""A copied database does not spend. Whatever sends something out asks `safe_mode` first.

The database remembers what names the deployment it works for. A dump that is restored on a laptop or on staging brings
that memory along and finds itself elsewhere: then nothing is submitted and no mail goes out, until an admin says that
this is the deployment. Reading (pages, asking Kie.ai after tasks, fetching clips) goes on.

What counts, and why:

- the database, by what its server says of itself: PostgreSQL's system identifier, which each installed server has of
  its own, with the name of the database; for SQLite the file's path. A restored dump differs in it even where .env was
  copied along and all servers are called `db`. How a process reaches the server does not count: web, workers and people
  at a shell may use other host names, poolers or ports for the same one.
- PUBLIC_URL, which a copy of the disks with the whole server on them has to change to be reached beside the original. A
  process without one, such as a worker on another machine, says nothing against it.
- the bucket with its address. MEDIA_ROOT does not count: the same shared folder may hang at different places, and it
  moves with every larger disk.
- SECRET_KEY keys the hashes: another one makes them all strange, and nobody can read the names from a dump.

In ordinary operation they stay, through updates, restarts, new containers, new passwords and more machines. They change
when the server is moved or upgraded by dump and restore, or when domain, bucket or SECRET_KEY are replaced: seldom, and
one click afterwards. A copy in which all four are alike, which answers to the original's name, can't be told from it.
"""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from projects.models import Deployment

type Parts = dict[str, str]
KEY = "key"
WORDS = {KEY: "SECRET_KEY", "database": "the database server", "address": "PUBLIC_URL", "bucket": "the bucket"}
SALT = "projects.deployment"


def safe_mode() -> bool:
    """Whether this process runs on a database that works for another deployment; one query."""
    return bool(differences())


def differences() -> list[str]:
    """What differs from the deployment that the database works for, in words; empty: it is this one.

    The first process ever to ask binds the database; of two at once one does.
    """
    here = parts_here()
    row = Deployment.objects.first()
    if row is None:
        row, _ = Deployment.objects.get_or_create(only=True, defaults={"parts": here, "bound_at": timezone.now()})
    if row.parts.get(KEY) != here[KEY]:
        return [WORDS[KEY]]  # and nothing else can be compared
    _learn(row, here)
    return [WORDS[name] for name, value in here.items() if value and row.parts.get(name, value) != value]


def _learn(row: Deployment, here: Parts) -> None:
    """A name that the deployment gets later, such as its first PUBLIC_URL, is added and nobody need confirm it."""
    news = {name: value for name, value in here.items() if value and not row.parts.get(name)}
    if news:
        known, row.parts = row.parts, {**row.parts, **news}
        if not Deployment.objects.filter(pk=row.pk, parts=known).update(parts=row.parts):
            row.refresh_from_db()


def parts_here() -> Parts:
    """What names this process's deployment, as keyed hashes; empty for what it has no name of."""
    names = {KEY: "key", "database": _database(), "address": settings.PUBLIC_URL, "bucket": _bucket()}
    return {name: _hash(name, value) if value else "" for name, value in names.items()}


def _hash(name: str, value: str) -> str:
    return salted_hmac(SALT, f"{name}:{value}", algorithm="sha256").hexdigest()


def _database() -> str:
    name = str(connection.settings_dict["NAME"])
    return f"{_server()}/{name}" if connection.vendor == "postgresql" else str(Path(name).resolve())


@lru_cache(maxsize=1)
def _server() -> str:
    """The system identifier of the PostgreSQL server; where this account may not read it, how the server is reached."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege('pg_control_system()', 'execute')")
        if cursor.fetchone() == (True,):
            cursor.execute("SELECT system_identifier FROM pg_control_system()")
            return str(cursor.fetchone()[0])
    return f"{connection.settings_dict['HOST']}:{connection.settings_dict['PORT']}"


def _bucket() -> str:
    options = settings.STORAGES["default"].get("OPTIONS", {})
    bucket = options.get("bucket_name")
    return f"{options.get('endpoint_url') or ''}/{bucket}" if bucket else ""
