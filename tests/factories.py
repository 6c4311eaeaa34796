"""Rows for tests, made quickly. What a behaviour is about is made through the actions, not here."""

import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from assets.models import Asset, AssetVersion, Clip, Generation, Price, Shot, Take, Version
from projects.goals import Goal, Route
from projects.models import Brief, Member, Organisation, Project, User
from projects.roles import Role

TEXT_MODEL = "kling-2.6/text-to-video"
IMAGE_MODEL = "kling-2.6/image-to-video"


class UserFactory(DjangoModelFactory[User]):
    """A person; the password is "correct horse battery" where a test logs in through the form."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttribute(lambda person: f"{person.name.lower().replace(' ', '.')}@example.com")
    password = factory.django.Password("correct horse battery")


class OrganisationFactory(DjangoModelFactory[Organisation]):
    """An organisation with 10,000 credits a month."""

    class Meta:
        model = Organisation

    name = factory.Sequence(lambda n: f"Organisation {n}")
    monthly_limit = Decimal(10_000)


class MemberFactory(DjangoModelFactory[Member]):
    """A creator unless told otherwise."""

    class Meta:
        model = Member

    organisation = factory.SubFactory(OrganisationFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.CREATOR


class ProjectFactory(DjangoModelFactory[Project]):
    """A project with a brief for a concept draft."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Project {n}")
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def brief(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """The project's brief; keyword arguments `brief__…` set its fields."""
        Brief.objects.create(project=self, **{"goal": Goal.CONCEPT_DRAFT, **kwargs})


class ShotFactory(DjangoModelFactory[Shot]):
    """A shot without takes."""

    class Meta:
        model = Shot

    project = factory.SubFactory(ProjectFactory)
    number = factory.Sequence(lambda n: n + 1)
    name = factory.Sequence(lambda n: f"Shot {n}")
    created_by = factory.SubFactory(UserFactory)


class TakeFactory(DjangoModelFactory[Take]):
    """A 5 s silent prompt-led take."""

    class Meta:
        model = Take

    shot = factory.SubFactory(ShotFactory)
    number = factory.Sequence(lambda n: n + 1)
    route = Route.TEXT
    model = TEXT_MODEL
    prompt = "A paper boat crosses a puddle at dawn"
    seconds = 5
    sound = False
    aspect_ratio = "16:9"
    request_key = factory.LazyFunction(lambda: uuid.uuid4().hex)
    created_by = factory.SubFactory(UserFactory)


class PriceFactory(DjangoModelFactory[Price]):
    """55 credits for 5 s silent, text to video, of Kie's list."""

    class Meta:
        model = Price

    model = TEXT_MODEL
    seconds = 5
    sound = False
    credits = Decimal(55)
    valid_from = datetime(2026, 10, 1, tzinfo=UTC)


class GenerationFactory(DjangoModelFactory[Generation]):
    """A queued job of 55 credits. No ledger rows: use the actions where money matters."""

    class Meta:
        model = Generation

    take = factory.SubFactory(TakeFactory)
    project = factory.LazyAttribute(lambda job: job.take.shot.project)
    organisation = factory.LazyAttribute(lambda job: job.take.shot.project.organisation)
    price = factory.SubFactory(PriceFactory)
    held = Decimal(55)


class ClipFactory(DjangoModelFactory[Clip]):
    """A 5 s clip at 24 frames a second; its file does not exist in storage."""

    class Meta:
        model = Clip

    take = factory.SubFactory(TakeFactory)
    sha256 = factory.LazyFunction(lambda: uuid.uuid4().hex * 2)
    size = 1000
    file = factory.LazyAttribute(lambda clip: f"clips/{clip.sha256[:2]}/{clip.sha256}.mp4")
    width = 1280
    height = 720
    fps_num = 24
    frames = 120
    duration_ms = 5000
    video_codec = "h264"


class VersionFactory(DjangoModelFactory[Version]):
    """v1 of a shot, with its clip; the shot's current version."""

    class Meta:
        model = Version
        skip_postgeneration_save = True

    take = factory.SubFactory(TakeFactory)
    shot = factory.LazyAttribute(lambda version: version.take.shot)
    number = 1
    clip = factory.LazyAttribute(lambda version: ClipFactory.create(take=version.take))
    selected_by = factory.LazyAttribute(lambda version: version.take.created_by)

    @factory.post_generation
    def current(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Make it the shot's current version."""
        self.shot.current_version = self
        self.shot.state = "selected"
        self.shot.state_since = timezone.now()
        self.shot.save()


class AssetFactory(DjangoModelFactory[Asset]):
    """An owned image of 1280 × 720; its file does not exist in storage."""

    class Meta:
        model = Asset
        skip_postgeneration_save = True

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Asset {n}")
    licence = "owned"
    created_by = factory.SubFactory(UserFactory)

    @factory.post_generation
    def version(self: Any, create: bool, extracted: Any, **kwargs: Any) -> None:
        """Its bytes."""
        self.current_version = AssetVersion.objects.create(
            asset=self,
            sha256=uuid.uuid4().hex * 2,
            file=f"assets/{self.pk}.png",
            thumbnail=f"assets/{self.pk}-thumb.jpg",
            content_type="image/png",
            width=1280,
            height=720,
            size=1000,
            original_name="picture.png",
        )
        self.save()
