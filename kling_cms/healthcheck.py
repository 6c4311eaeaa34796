"""Ask this machine's own web server whether it is well: `python -m kling_cms.healthcheck [port]`, exit code 0 or 1.

Only the standard library and no settings: it runs every few seconds.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

SECONDS_TO_ANSWER = 4


def host_name(environ: dict[str, str]) -> str:
    """A name this server answers to, for the Host header: the first of `ALLOWED_HOSTS` or that of `PUBLIC_URL`."""
    first = environ.get("ALLOWED_HOSTS", "").split(",")[0].strip().lstrip(".")
    named = "" if first == "*" else first
    return named or urlsplit(environ.get("PUBLIC_URL", "")).hostname or "localhost"


def is_well(port: int) -> bool:
    """True when `/healthz` on this machine answers 200 within four seconds."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("GET", "/healthz", headers={"Host": host_name(dict(os.environ))})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(0 if is_well(int(sys.argv[1]) if len(sys.argv) > 1 else 8000) else 1)
