"""Approved versions with real bytes in storage, for tests of packages."""

import hashlib
import io
import json
import zipfile
from decimal import Decimal
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from assets.actions.shots import set_shot_state
from assets.models import Shot, Version
from assets.models.shot import ShotState
from projects.models import User
from reviews.models import Decision, Round, RoundState, Seat, Verdict
from tests.factories import ClipFactory, GenerationFactory, TakeFactory, VersionFactory


def version_of(shot: Shot, by: User, number: int = 1, content: bytes = b"") -> Version:
    """The shot's current version: a take that cost 55 credits, its stored clip of these bytes."""
    data = content or f"clip of {shot.pk} v{number}".encode()
    take = TakeFactory.create(shot=shot, number=number, created_by=by)
    GenerationFactory.create(take=take, state="ready", charged=Decimal(55), task_id=f"task-{take.pk}")
    sha256 = hashlib.sha256(data).hexdigest()
    name = default_storage.save(f"clips/{take.pk}.mp4", ContentFile(data))
    clip = ClipFactory.create(take=take, sha256=sha256, size=len(data), file=name)
    return VersionFactory.create(take=take, number=number, clip=clip, selected_by=by)


def approve(version: Version, by: User, state: RoundState = RoundState.APPROVED, **fields: Any) -> Round:
    """A round about that version which `by` decided; `fields` make it a wrong one."""
    sha256 = version.clip.sha256
    about = {"file_sha256": sha256, "needed": 1, "asked_by": version.selected_by, **fields}
    asked = Round.objects.create(
        organisation=version.shot.project.organisation, shot=version.shot, version=version, state=state, **about
    )
    Seat.objects.create(round=asked, user=by)
    Decision.objects.create(round=asked, by=by, verdict=Verdict.APPROVE, file_sha256=about["file_sha256"])
    set_shot_state(version.shot, ShotState.APPROVED)
    return asked


def unzipped(client: Client, url: str) -> zipfile.ZipFile:
    """The zip behind an address, after checking that its length was told."""
    answer = client.get(url)
    assert answer.status_code == 200
    data = b"".join(answer)
    assert int(answer["Content-Length"]) == len(data)
    return zipfile.ZipFile(io.BytesIO(data))


def manifest_in(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Its manifest."""
    found: dict[str, Any] = json.loads(archive.read("manifest.json"))
    return found
