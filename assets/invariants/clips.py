"""Clips: what is called ready is stored, whole, and a video."""

import hashlib
from collections.abc import Iterator

from django.core.files.storage import default_storage
from django.db.models import QuerySet

from assets.clips import local_copy
from assets.media.probe import NotAVideo, probe
from assets.models import Clip, Generation, GenerationState
from projects.files import CHUNK
from projects.invariants import Invariant, Since


def ready_jobs_have_clips(since: Since) -> Iterator[str]:
    """No job is ready without the row of its clip."""
    ready = Generation.objects.filter(state=GenerationState.READY, take__clip=None)
    for job in (ready.filter(finished_at__gte=since) if since else ready).iterator():
        yield f"{job.ledger_key}: ready without a clip"


def clips_are_stored(since: Since) -> Iterator[str]:
    """Each clip's file is there, in the size of its row."""
    for clip in _clips(since).iterator():
        try:
            size = default_storage.size(str(clip.file.name))
        except OSError:
            yield f"clip {clip.pk}: {clip.file.name} is not in storage"
        else:
            if size != clip.size:
                yield f"clip {clip.pk}: {clip.file.name} has {size} bytes, its row says {clip.size}"


def clips_are_what_they_were(since: Since) -> Iterator[str]:
    """Each clip's bytes still have their SHA-256 and are a video. Reads every file: for the command with --deep."""
    for clip in _clips(since).iterator():
        try:
            if _sha256(clip) != clip.sha256:
                yield f"clip {clip.pk}: its bytes are no longer those of its SHA-256"
                continue
            with local_copy(clip.file) as path:
                probe(path)
        except (OSError, NotAVideo) as error:
            yield f"clip {clip.pk}: {error}"


def _clips(since: Since) -> QuerySet[Clip]:
    return Clip.objects.filter(created_at__gte=since) if since else Clip.objects.all()


def _sha256(clip: Clip) -> str:
    found = hashlib.sha256()
    with clip.file.open("rb") as file:
        for piece in iter(lambda: file.read(CHUNK), b""):
            found.update(piece)
    return found.hexdigest()


CLIPS = (
    Invariant(5, "ready jobs have clips", ready_jobs_have_clips),
    Invariant(5, "clips are stored in their size", clips_are_stored),
)
DEEP = (Invariant(5, "clips are what they were", clips_are_what_they_were),)
