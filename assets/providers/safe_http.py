"""Fetching from addresses that come from outside (results of a task): whatever the address says, only the internet.

    FetchError                    retry_later: whether the same fetch may be tried again as it is
    ├── UnsafeAddress             not https, a forbidden network, credentials in the address, a redirect to one of these
    ├── TooLarge                  more bytes than allowed, announced or sent
    ├── LinkGone                  401, 403, 404, 410: the link has run out; a fresh one may do
    └── FetchFailed               anything that may go better next time: no connection, 5xx, too slow, broken off

https only. Plain http and forbidden networks are for hosts that an operator allows as "host:port" (the local stand-in,
say). Every hop of a redirect is checked anew. Names are looked up once, forbidden addresses are never connected to, and
the address of the connected socket is checked again before a byte is sent. No key, no cookie, no proxy, no packing.
"""

import ipaddress
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, cast

import httpx

from .network import AddressGuard, Deadline, DirectTransport, is_web_address

# By hand: `is_private` and `is_global` let shared space, NAT64, 6to4, multicast and cloud metadata through.
FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # shared by carriers; a cloud's metadata at 100.100.100.200
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's platform address
        "169.254.0.0/16",  # link local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# Only 2000::/3 is given out, so the rest goes in three strokes: loopback, mapped, NAT64, local, link local, multicast.
FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(network)
    for network in (
        "::/3",
        "4000::/2",
        "8000::/1",
        "2001::/23",  # protocol assignments, Teredo, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address inside
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)
GONE_STATUSES = (401, 403, 404, 410)
REDIRECT_STATUSES = (301, 302, 303, 307, 308)


class FetchError(Exception):
    """Root of the tree above. The message is a sentence without the address, which may carry a signature."""

    retry_later: ClassVar[bool] = False


class UnsafeAddress(FetchError):
    """The address, or one it leads to, isn't on the public internet over https."""


class TooLarge(FetchError):
    """More bytes than the limit."""


class LinkGone(FetchError):
    """The link has run out, or never led anywhere."""


class FetchFailed(FetchError):
    """Didn't work this time."""

    retry_later = True


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long. `min_rate`: bytes a second, over each `window` seconds, that a sender must keep up."""

    max_bytes: int = 512 * 1024 * 1024
    total_seconds: float = 300.0
    connect_seconds: float = 5.0
    window: float = 10.0
    min_rate: float = 16 * 1024
    max_redirects: int = 3


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came: how many bytes, and what the sender called them (in lower case, without parameters)."""

    size: int
    content_type: str


def is_forbidden(address: str) -> bool:
    """Whether a numeric address lies where nothing from outside may lead; True for what is no address."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return True
    if isinstance(found, ipaddress.IPv4Address):
        return any(found in network for network in FORBIDDEN_V4)
    if found.ipv4_mapped is not None:
        return is_forbidden(str(found.ipv4_mapped))
    return any(found in network for network in FORBIDDEN_V6)


def fetch(url: str, sink: Callable[[bytes], object], limits: Limits, allowed: Collection[str]) -> Fetched:
    """Stream the file at `url` into `sink`, piece by piece. `allowed`: "host:port" of trusted hosts.

    Raises FetchError. What the sink got until then is worthless.
    """
    deadline = Deadline(limits.total_seconds)
    trusted = frozenset(entry.strip().lower() for entry in allowed)
    where = _checked(url, trusted)
    for _ in range(limits.max_redirects + 1):
        with _answer(where, deadline, limits, trusted) as response:
            if response.status_code not in REDIRECT_STATUSES:
                return _save(response, sink, limits)
            where = _checked(_next_hop(where, response), trusted)
    raise FetchFailed("The address was redirected too often.")


def _name(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _checked(url: str | httpx.URL, trusted: frozenset[str]) -> httpx.URL:
    """The address if its scheme and host may be asked at all; where the name leads is the guard's affair."""
    try:
        where = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise UnsafeAddress("The address can't be read.") from None
    port = where.port or (443 if where.scheme == "https" else 80)
    if not is_web_address(where) or where.userinfo:
        raise UnsafeAddress("The address must start with https and hold no password.")
    if where.scheme == "http" and _name(where.host.lower(), port) not in trusted:
        raise UnsafeAddress("The address is plain http, and its host isn't among those allowed.")
    return where.copy_with(fragment=None)


def _guard(trusted: frozenset[str]) -> AddressGuard:
    def check(host: str, port: int, address: str) -> None:
        if _name(host.lower(), port) not in trusted and is_forbidden(address):
            raise UnsafeAddress("The address leads into a private network.")

    return check


@contextmanager
def _answer(where: httpx.URL, deadline: Deadline, limits: Limits, trusted: frozenset[str]) -> Iterator[httpx.Response]:
    """The answer of one hop, its body unread. Accidents on the line become FetchFailed, in the body of the with too."""
    headers = {"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "kling-cms"}
    try:
        with httpx.Client(
            transport=DirectTransport(deadline, _guard(trusted)),
            timeout=httpx.Timeout(limits.window, connect=limits.connect_seconds),
            follow_redirects=False,
            trust_env=False,
        ) as client:
            response = client.send(httpx.Request("GET", where, headers=headers), stream=True)
            try:
                yield response
            finally:
                response.close()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailed(f"The file didn't come through ({type(error).__name__}).") from None


def _next_hop(where: httpx.URL, response: httpx.Response) -> httpx.URL:
    try:
        return where.join(response.headers.get("Location", ""))
    except httpx.InvalidURL:
        raise UnsafeAddress("The address redirects to one that can't be read.") from None


def _save(response: httpx.Response, sink: Callable[[bytes], object], limits: Limits) -> Fetched:
    if response.status_code in GONE_STATUSES:
        raise LinkGone(f"The link has run out (HTTP {response.status_code}).")
    if response.status_code != 200:
        raise FetchFailed(f"The host answered with HTTP {response.status_code}.")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchFailed("The file came packed, which we didn't ask for.")
    announced = response.headers.get("Content-Length", "0")
    if announced.isdecimal() and int(announced) > limits.max_bytes:
        raise TooLarge(f"The file is larger than {limits.max_bytes} bytes.")
    size = _pour(response, sink, limits)
    return Fetched(size, response.headers.get("Content-Type", "").partition(";")[0].strip().lower())


def _pour(response: httpx.Response, sink: Callable[[bytes], object], limits: Limits) -> int:
    """Every byte into the sink, with an eye on how many and how fast. Returns their number."""
    size, in_window, opened = 0, 0, time.monotonic()
    for part in cast(httpx.SyncByteStream, response.stream):
        size += len(part)
        in_window += len(part)
        if size > limits.max_bytes:
            raise TooLarge(f"The file is larger than {limits.max_bytes} bytes.")
        sink(part)
        passed = time.monotonic() - opened
        if passed >= limits.window:
            if in_window < limits.min_rate * passed:
                raise FetchFailed("The host sent too slowly.")
            in_window, opened = 0, time.monotonic()
    return size
