"""The environment, read once and checked: every value typed, every wrong value one sentence.

The settings file stays a list of settings; parsing and judging stand here so that tests can call them.
"""

import os
import sys
import tempfile
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvError

SECONDS_A_CONNECTION_LIVES = 600
type Network = IPv4Network | IPv6Network
# These commands touch no data of this configuration: the demo gives its processes one of their own.
SIGN_NOTHING = (["demo"], ["kie_standin"])


class BadSetting(SystemExit):
    """A setting is missing or wrong; the text says which and why, and the start stops with it."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(f"Kling CMS can't start: {name} {why}")


@dataclass(frozen=True)
class Environment:
    """All settings that come from outside, after checking."""

    secret_key: str
    debug: bool
    allowed_hosts: list[str]
    public_url: str
    insecure_http: bool
    trust_proxy: bool
    database: dict[str, Any]
    cache: dict[str, Any]
    media_root: Path
    static_root: Path
    file_storage: dict[str, Any]
    media_origins: list[str]
    x_accel_prefix: str
    s3_presigned: bool
    kie_api_url: str
    kie_upload_url: str
    kie_api_key: str
    kie_webhook_key: str
    kie_creates_per_10s: int
    kie_asks_per_second: int
    outgoing_allowed: list[str]
    mailer: dict[str, Any]
    default_from_email: str
    metrics_allowed: list[Network]
    log_format: str
    log_level: str


def read_environment(base_dir: Path) -> Environment:
    """Read `.env` beside `manage.py` (if there is one) and the environment, which wins. Raises `BadSetting`."""
    env = Env()
    if (base_dir / ".env").is_file():
        env.read_env(str(base_dir / ".env"), recurse=False)
    try:
        return _read(env, base_dir)
    except EnvError as error:
        raise BadSetting("a value in the environment", f"is wrong. {error}") from error


def _read(env: Env, base_dir: Path) -> Environment:
    debug = env.bool("DEBUG", False)
    insecure_http = env.bool("INSECURE_HTTP", False)
    public_url = _url(env.str("PUBLIC_URL", ""), "PUBLIC_URL", http=debug or insecure_http)
    storage, origins = _file_storage(env, base_dir)
    static_root = Path(env.str("STATIC_ROOT", "") or base_dir / ".data" / "static")
    static_root.mkdir(parents=True, exist_ok=True)
    return Environment(
        secret_key=_secret_key(env, debug),
        debug=debug,
        allowed_hosts=_allowed_hosts(env, debug, public_url),
        public_url=public_url,
        insecure_http=insecure_http,
        trust_proxy=env.bool("TRUST_PROXY", False),
        database=_database(env, base_dir),
        cache=env.dj_cache_url("CACHE_URL", "locmem://"),
        media_root=Path(env.str("MEDIA_ROOT", "") or base_dir / ".data" / "media"),
        static_root=static_root,
        file_storage=storage,
        media_origins=origins,
        x_accel_prefix=_x_accel_prefix(env),
        s3_presigned=_s3_presigned(env),
        kie_api_url=_url(env.str("KIE_API_URL", "https://api.kie.ai"), "KIE_API_URL", http=True),
        kie_upload_url=_url(env.str("KIE_UPLOAD_URL", "https://kieai.redpandaai.co"), "KIE_UPLOAD_URL", http=True),
        kie_api_key=env.str("KIE_API_KEY", ""),
        kie_webhook_key=env.str("KIE_WEBHOOK_KEY", ""),
        kie_creates_per_10s=_count(env.str("KIE_CREATES_PER_10S", "20"), "KIE_CREATES_PER_10S"),
        kie_asks_per_second=_count(env.str("KIE_ASKS_PER_SECOND", "10"), "KIE_ASKS_PER_SECOND"),
        outgoing_allowed=_host_ports(env.list("OUTGOING_ALLOWED", [])),
        mailer=_mailer(env),
        default_from_email=env.str("DEFAULT_FROM_EMAIL", "Kling CMS <kling-cms@localhost>"),
        metrics_allowed=_networks(env.list("METRICS_ALLOWED", ["127.0.0.1", "::1"])),
        log_format=_one_of(env.str("LOG_FORMAT", "console"), "LOG_FORMAT", ("console", "json")),
        log_level=_one_of(env.str("LOG_LEVEL", "INFO"), "LOG_LEVEL", ("DEBUG", "INFO", "WARNING", "ERROR")),
    )


def _secret_key(env: Env, debug: bool) -> str:
    key = env.str("SECRET_KEY", "")
    if not key and (debug or "pytest" in sys.modules or sys.argv[1:2] in SIGN_NOTHING):
        return "development-only-key-never-used-where-debug-is-off"
    if not key:
        raise BadSetting("SECRET_KEY", "is not set. Set it to 50 random characters and keep it the same everywhere.")
    if len(key) < 32:
        raise BadSetting("SECRET_KEY", f"has {len(key)} characters; use at least 32 random ones.")
    return key


def _allowed_hosts(env: Env, debug: bool, public_url: str) -> list[str]:
    hosts: list[str] = [host.strip() for host in env.list("ALLOWED_HOSTS", [], subcast=str) if host.strip()]
    if public_url and not hosts:
        hosts = [urlsplit(public_url).hostname or ""]
    if debug and not hosts:
        hosts = ["localhost", "127.0.0.1", "[::1]"]
    for host in hosts:
        if "/" in host:
            raise BadSetting("ALLOWED_HOSTS", f"has {host!r}; give host names only, without https:// or a path.")
    return hosts


def _url(value: str, name: str, *, http: bool) -> str:
    value = value.rstrip("/")
    if not value:
        return ""
    try:
        parts = urlsplit(value)
        _ = parts.port
    except ValueError as error:
        raise BadSetting(name, f"is {value!r}, which is no address: {error}.") from error
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise BadSetting(name, f"is {value!r}; it must look like https://host.example.")
    if parts.scheme == "http" and not http:
        raise BadSetting(name, "must begin with https:// (http is for DEBUG or INSECURE_HTTP only).")
    if parts.query or parts.fragment or parts.username:
        raise BadSetting(name, "must not carry a user name, a query or a fragment.")
    return value


def _database(env: Env, base_dir: Path) -> dict[str, Any]:
    default = f"sqlite:///{base_dir / '.data' / 'kling.sqlite3'}"
    try:
        database = dict(env.dj_db_url("DATABASE_URL", default))
    except Exception as error:
        raise BadSetting("DATABASE_URL", f"can't be read: {error}. Use sqlite:///path or postgres://…") from error
    engine = database.get("ENGINE", "")
    if engine.endswith("sqlite3"):
        name = str(database["NAME"])
        if name != ":memory:":
            Path(name).parent.mkdir(parents=True, exist_ok=True)
        # IMMEDIATE makes rivals queue for the write lock instead of failing in the middle of their transaction.
        database["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
        }
        # Tests use a file too: threads that share a database in memory fail at once where a file makes them queue.
        database["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"kling-cms-test-{os.getpid()}.sqlite3")}
    elif engine.endswith("postgresql"):
        database["ENGINE"] = "kling_cms.postgresql"
        database["CONN_HEALTH_CHECKS"] = True
        # Values travel beside the statement instead of being written into it: less work on our side, and no quoting.
        database.setdefault("OPTIONS", {})["server_side_binding"] = True
    else:
        raise BadSetting("DATABASE_URL", f"asks for {engine or 'an unknown engine'}; SQLite and PostgreSQL are tested.")
    database["CONN_MAX_AGE"] = SECONDS_A_CONNECTION_LIVES
    return database


def _file_storage(env: Env, base_dir: Path) -> tuple[dict[str, Any], list[str]]:
    bucket = env.str("S3_BUCKET", "")
    if not bucket:
        root = env.str("MEDIA_ROOT", "") or str(base_dir / ".data" / "media")
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": root}}, []
    endpoint = _url(env.str("S3_ENDPOINT_URL", ""), "S3_ENDPOINT_URL", http=True)
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": env.str("S3_REGION", "") or None,
        "access_key": env.str("S3_ACCESS_KEY_ID", "") or None,
        "secret_key": env.str("S3_SECRET_ACCESS_KEY", "") or None,
        "querystring_expire": 300,
        # Links signed the old way are refused by Amazon's younger buckets; the host of a link must be one we can name.
        "signature_version": "s3v4",
        "addressing_style": "path" if endpoint else "virtual",
        "file_overwrite": True,
        "default_acl": None,
    }
    if bool(options["access_key"]) != bool(options["secret_key"]):
        raise BadSetting("S3_ACCESS_KEY_ID", "and S3_SECRET_ACCESS_KEY go together; one of them is missing.")
    region = f".{options['region_name']}" if options["region_name"] else ""
    origin = endpoint or f"https://{bucket}.s3{region}.amazonaws.com"
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}, [origin]


def _x_accel_prefix(env: Env) -> str:
    prefix = env.str("X_ACCEL_PREFIX", "").rstrip("/")
    if prefix and not prefix.startswith("/"):
        raise BadSetting("X_ACCEL_PREFIX", f"is {prefix!r}; write the path of nginx's internal location, like /stored.")
    if prefix and env.str("S3_BUCKET", ""):
        raise BadSetting("X_ACCEL_PREFIX", "and S3_BUCKET are both set; nginx can hand out only what MEDIA_ROOT holds.")
    return prefix


def _s3_presigned(env: Env) -> bool:
    presigned = env.bool("S3_PRESIGNED", False)
    if presigned and not env.str("S3_BUCKET", ""):
        raise BadSetting("S3_PRESIGNED", "is true without S3_BUCKET; there is no bucket to link to.")
    return presigned


def _count(value: str, name: str) -> int:
    if not value.isascii() or not value.isdigit() or int(value) > 1000:
        raise BadSetting(name, f"is {value!r}; it must be a whole number from 0 (no limit of ours) to 1000.")
    return int(value)


def _host_ports(values: list[str]) -> list[str]:
    for value in values:
        host, _, port = value.strip().rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise BadSetting("OUTGOING_ALLOWED", f"has {value!r}; write host:port, for example 127.0.0.1:8901.")
    return [value.strip() for value in values]


def _networks(values: list[str]) -> list[Network]:
    try:
        return [ip_network(value.strip()) for value in values if value.strip()]
    except ValueError as error:
        raise BadSetting(
            "METRICS_ALLOWED", f"is wrong: {error}. Write addresses or networks like 10.0.0.0/8."
        ) from error


def _mailer(env: Env) -> dict[str, Any]:
    url = env.str("EMAIL_URL", "console:")
    known = ("console", "smtp", "smtps", "smtp+tls", "smtp+ssl", "submission", "submit", "file", "memory", "dummy")
    scheme = url.partition(":")[0]
    if scheme not in known:
        raise BadSetting(
            "EMAIL_URL", f"begins with {scheme!r}; use smtp://user:password@host:587/?tls=True or console:"
        )
    parsed = env.dj_email_url("EMAIL_URL", "console:")
    options: dict[str, Any] = {}
    if parsed["EMAIL_BACKEND"].endswith("smtp.EmailBackend"):
        options = {
            "host": parsed["EMAIL_HOST"],
            "port": parsed["EMAIL_PORT"],
            "username": parsed["EMAIL_HOST_USER"],
            "password": parsed["EMAIL_HOST_PASSWORD"],
            "use_tls": parsed["EMAIL_USE_TLS"],
            "use_ssl": parsed["EMAIL_USE_SSL"],
            "timeout": parsed.get("EMAIL_TIMEOUT") or 20,
        }
    elif parsed["EMAIL_BACKEND"].endswith("filebased.EmailBackend"):
        options = {"file_path": f"/{parsed['EMAIL_FILE_PATH']}"}  # the parser takes the first slash away
    return {"BACKEND": parsed["EMAIL_BACKEND"], "OPTIONS": options}


def _one_of(value: str, name: str, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise BadSetting(name, f"is {value!r}; it must be one of {', '.join(allowed)}.")
    return value
