"""Takes that start from an image: the upload, then the one call, in its place of Kie's limit."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image
from pytest_django import Settings

from assets.actions.generate import request_takes
from assets.models import AssetVersion, Generation, GenerationState, Shot, Take
from assets.pipeline import steps
from assets.pipeline.rates import CREATE_WINDOW, creates, take_slot
from assets.pipeline.submit import refused_in_a_row, request_for
from assets.providers.base import Provider, VideoRequest
from assets.providers.standin import StandIn
from assets.requests import TakeRequest
from projects.models import Budget, User
from tests.factories import IMAGE_MODEL, AssetFactory, PriceFactory
from tests.queue_support import advance

pytestmark = pytest.mark.django_db


def held() -> Decimal:
    return Budget.objects.get().held


@pytest.fixture
def image_job(carl: User, shot: Shot) -> Generation:
    """A queued job that starts from a stored image."""
    asset = AssetFactory.create(organisation=shot.project.organisation, created_by=carl)
    picture = BytesIO()
    Image.new("RGB", (640, 360), "teal").save(picture, "PNG")
    version = AssetVersion.objects.get(asset=asset)
    version.file.name = default_storage.save("assets/x.png", ContentFile(picture.getvalue()))
    version.save()
    PriceFactory.create(model=IMAGE_MODEL)
    wanted = TakeRequest("image", "It turns", 5, False, image=version)
    return request_takes(by=carl, shot=shot, wanted=wanted, takes=1, request_key="i")[0].generation


def test_an_image_goes_up_right_before_the_call(standin: StandIn, image_job: Generation) -> None:
    assert advance(image_job).state == GenerationState.RUNNING
    (task,) = standin.accepted
    assert task.model == IMAGE_MODEL


def test_a_failed_upload_sends_nothing(standin: StandIn, image_job: Generation) -> None:
    standin.set_fault("upload-500")
    assert advance(image_job).state == GenerationState.QUEUED
    assert image_job.attempts.get().sent_at is None
    standin.clear_faults()
    assert advance(image_job, after=timedelta(minutes=1)).state == GenerationState.RUNNING


@pytest.fixture
def slow_upload(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> Iterator[list[datetime]]:
    """Uploads take 20 s of the clock, under a limit of one call; the moments in the list are of others' calls then."""
    settings.KIE_CREATES_PER_10S = 1
    others: list[datetime] = []
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as traveller:

        def upload(take: Take, provider: Provider) -> VideoRequest:
            for moment in others:
                traveller.move_to(moment)
                take_slot(creates())
            traveller.move_to(begun + timedelta(seconds=20))
            return request_for(take, provider)

        monkeypatch.setattr("assets.pipeline.submit.request_for", upload)
        yield others


def test_the_limit_counts_from_the_call_not_from_the_upload(
    standin: StandIn, image_job: Generation, slow_upload: list[datetime]
) -> None:
    steps.advance(image_job.pk)
    assert len(standin.accepted) == 1
    assert take_slot(creates()) == timezone.now() + CREATE_WINDOW


def test_an_upload_that_outlasts_its_slot_hands_the_take_back_unsent(
    standin: StandIn, image_job: Generation, slow_upload: list[datetime]
) -> None:
    slow_upload.append(timezone.now() + timedelta(seconds=15))
    steps.advance(image_job.pk)
    image_job.refresh_from_db()
    attempt = image_job.attempts.get()
    assert (image_job.state, image_job.lease_until, attempt.sent_at) == (GenerationState.QUEUED, None, None)
    assert not standin.accepted
    assert held() == 55
    assert refused_in_a_row(image_job) == 0, "Kie refused nothing"
    slow_upload.clear()
    assert advance(image_job, after=timedelta(seconds=11)).state == GenerationState.RUNNING


def test_a_quicker_take_does_not_get_the_call_of_an_upload_on_its_way(
    standin: StandIn, image_job: Generation, slow_upload: list[datetime]
) -> None:
    slow_upload.append(timezone.now() + timedelta(seconds=5))
    steps.advance(image_job.pk)
    assert [task.model for task in standin.accepted] == [IMAGE_MODEL]
