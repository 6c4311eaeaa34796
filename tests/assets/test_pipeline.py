"""The way of a job from queued to ready, against a local Kie.ai."""

from decimal import Decimal

import pytest
from django.core.files.storage import default_storage

from assets.models import Clip, Generation, GenerationState
from assets.pipeline import steps
from assets.providers.standin import StandIn
from projects.models import Budget
from tests.queue_support import drain, queued

pytestmark = pytest.mark.django_db


def advance(job: Generation) -> Generation:
    """Do what is due, then look at the row again."""
    steps.advance(job.pk)
    job.refresh_from_db()
    return job


def test_a_take_becomes_a_stored_clip(standin: StandIn, job: Generation) -> None:
    assert advance(job).state == GenerationState.RUNNING
    standin.complete()
    drain()
    assert advance(job).state == GenerationState.FETCHING
    drain()
    job.refresh_from_db()
    assert job.state == GenerationState.READY
    clip = Clip.objects.get(take=job.take)
    assert default_storage.size(str(clip.file.name)) == clip.size
    assert clip.poster
