"""Fetch: bring the result home, check its bytes, store it by its hash, settle and mark ready in one transaction."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from assets.actions.charges import book_charge
from assets.actions.moves import move
from assets.clips import Result, keep_clip, store_clip
from assets.media.probe import NotAVideo, probe
from assets.models import FailureClass, Generation, GenerationState
from assets.pipeline import clock
from assets.pipeline.provider import kie
from assets.pipeline.settle import fail, need_attention
from assets.providers import safe_http
from assets.providers.base import ProviderError
from projects.crash_points import crash_point
from projects.pulse import beat
from projects.queue import MEDIA, enqueue

logger = structlog.get_logger(__name__)
DRAW = "assets.tasks.draw_media"
LIMITS = safe_http.Limits(total_seconds=clock.FETCH_SECONDS)
TEMPORARY = "kling-cms-fetch-"


def fetch(job: Generation) -> None:
    """Bring a finished task's clip home, unless another worker is at it; safe to call at any time."""
    if job.state == GenerationState.FETCHING and (lease := _lease(job)):
        fetch_under(job, lease)


def fetch_under(job: Generation, lease: datetime) -> None:
    """Bring the clip home under a lease that the caller has, until then."""
    try:
        with _temporary() as path:
            finish(job, download(job, path, lease))
    except (NotAVideo, safe_http.TooLarge) as error:
        bad_result(job, error)
    except safe_http.UnsafeAddress as error:
        need_attention(job, f"The clip is not fetched: {error}")
    except (safe_http.FetchError, ProviderError, OSError) as error:
        try_later(job, error)


def bad_result(job: Generation, error: Exception) -> None:
    """Bytes that are no clip: a paid result isn't given up for one bad answer of its host, but for the same thrice."""
    if job.fetch_tries + 1 < clock.BAD_RESULT_TRIES and isinstance(error, NotAVideo):
        try_later(job, error)
    else:
        fail(job, FailureClass.BAD_RESULT, str(error), charged=charge_of(job))


def charge_of(job: Generation) -> Decimal:
    """Credits the finished task cost: what Kie reported, or the price that was held when it named none."""
    return job.held if job.reported is None else job.reported


def _lease(job: Generation) -> datetime | None:
    """Keep other workers away for a while; None when one is at it."""
    now = timezone.now()
    until = now + clock.FETCH_LEASE
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    mine = Generation.objects.filter(free, pk=job.pk, state=GenerationState.FETCHING)
    return until if mine.update(lease_until=until, due_at=until) else None


@contextmanager
def _temporary() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix=TEMPORARY) as folder:
        yield Path(folder) / "result.mp4"


class _Sink:
    """Where the bytes go: the file and the hash; it keeps the lease while they flow."""

    def __init__(self, job: Generation, path: Path, lease: datetime) -> None:
        self.hash = hashlib.sha256()
        self.path = path
        self._job = job
        self._lease = lease
        self._renew_at = lease - clock.FETCH_LEASE + clock.FETCH_RENEW
        self._file = path.open("wb")

    def take(self, piece: bytes) -> None:
        """One piece of the result. Raises LostLease when another worker has taken over."""
        self._file.write(piece)
        self.hash.update(piece)
        if timezone.now() >= self._renew_at:
            self._renew()

    def _renew(self) -> None:
        until = timezone.now() + clock.FETCH_LEASE
        mine = Generation.objects.filter(pk=self._job.pk, lease_until=self._lease, state=GenerationState.FETCHING)
        if not mine.update(lease_until=until, due_at=until):
            raise LostLease
        self._lease, self._renew_at = until, timezone.now() + clock.FETCH_RENEW
        beat()

    def close(self) -> None:
        self._file.close()


class LostLease(safe_http.FetchError):
    """Another worker fetches this result by now."""


def download(job: Generation, path: Path, lease: datetime) -> Result:
    """The result on disk, hashed, probed and with its poster; a link that has run out is made fresh once.

    Raises FetchError, ProviderError, NotAVideo or OSError.
    """
    try:
        sha256, size = _stream(job, job.result_url, path, lease)
    except safe_http.LinkGone:
        # The fresh link is good for twenty minutes to whoever has it, so it is used and not kept.
        sha256, size = _stream(job, kie().download_url(job.result_url), path, lease)
    crash_point("downloaded")
    poster = path.with_suffix(".jpg")
    return Result(path, sha256, size, probe(path, poster), poster)


def _stream(job: Generation, url: str, path: Path, lease: datetime) -> tuple[str, int]:
    sink = _Sink(job, path, lease)
    try:
        fetched = safe_http.fetch(url, sink.take, LIMITS, settings.OUTGOING_ALLOWED)
    finally:
        sink.close()
    return sink.hash.hexdigest(), fetched.size


def finish(job: Generation, got: Result) -> bool:
    """Store the bytes, then clip row, ledger and state in one transaction; sprite and proxy are drawn afterwards."""
    crash_point("probed")
    # Before the transaction: it must not stay open while bytes travel. Found again by its hash on a second run.
    kept = keep_clip(got)
    crash_point("stored")
    charged = charge_of(job)
    with transaction.atomic():
        clip = store_clip(job.take, got, kept)
        if not move(job, GenerationState.READY, why="Fetched and checked", charged=charged):
            transaction.set_rollback(True)
            return False
        book_charge(job, charged)
        enqueue(DRAW, clip.pk, cluster=MEDIA)
        crash_point("settling")
    crash_point("settled")
    logger.info("clip ready", generation=str(job.pk), bytes=got.size, charged=str(charged))
    return True


def try_later(job: Generation, error: Exception) -> None:
    """Give the lease back and come again after a pause, until the deadline hands the job to a person."""
    if isinstance(error, LostLease):
        return
    now = timezone.now()
    logger.warning("fetch failed", generation=str(job.pk), tries=job.fetch_tries + 1, said=str(error))
    if now - job.state_since > clock.FETCH_DEADLINE:
        need_attention(job, f"The clip is done at Kie but doesn't come through. {error}")
        return
    pause: timedelta = clock.fetch_pause(job.fetch_tries + 1)
    Generation.objects.filter(pk=job.pk, state=GenerationState.FETCHING).update(
        fetch_tries=F("fetch_tries") + 1, lease_until=now + pause, due_at=now + pause
    )
