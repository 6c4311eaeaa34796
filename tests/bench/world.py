"""A studio with many generations, written in bulk: what pages cost must not depend on how many there are."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from assets.models import Clip, Generation, GenerationMove, Price, Shot, Take, Version
from projects.actions.money import month_budget
from projects.goals import Route
from projects.models import LedgerEntry, LedgerKind, Organisation, Project, User
from projects.roles import Role
from reviews.actions.asking import ask_review
from reviews.actions.notes import add_note
from tests.factories import TEXT_MODEL, MemberFactory, OrganisationFactory, PriceFactory, ProjectFactory, UserFactory

SHOTS = 50
CHUNK = 5000
FULL_PAGE = 60
CREDITS = Decimal(55)


@dataclass(frozen=True)
class Studio:
    """Where the pages look: a project of fifty shots, a shot of it with its share of the takes, a version in review."""

    organisation: Organisation
    project: Project
    shot: Shot
    version: Version
    producer: User


def build(generations: int) -> Studio:
    """An organisation with `generations` finished jobs over fifty shots of one project, booked in the ledger."""
    organisation = OrganisationFactory.create(monthly_limit=Decimal(10**9))
    producer, creator, *reviewers = (
        MemberFactory.create(organisation=organisation, user=UserFactory.create(), role=role).user
        for role in (Role.PRODUCER, Role.CREATOR, Role.REVIEWER, Role.REVIEWER)
    )
    project = ProjectFactory.create(organisation=organisation, created_by=producer)
    price = Price.objects.filter(model=TEXT_MODEL, seconds=5, sound=False).first() or PriceFactory.create()
    with transaction.atomic():
        shots = Shot.objects.bulk_create(
            Shot(project=project, number=n + 1, name=f"Shot {n + 1}", created_by=creator) for n in range(SHOTS)
        )
        for start in range(0, generations, CHUNK):
            _add(organisation, project, shots, price, creator, range(start, min(start + CHUNK, generations)))
        versions = [_select(shot, creator) for shot in shots]
    for version in versions[: SHOTS // 2]:
        ask_review(by=creator, version=version, reviewers=reviewers)
        add_note(by=reviewers[0], version=version, text="The cup jumps here.", frame=31)
    return Studio(organisation, project, shots[0], versions[0], producer)


def _add(
    organisation: Organisation, project: Project, shots: list[Shot], price: Price, creator: User, numbers: range
) -> None:
    now = timezone.now()
    takes = Take.objects.bulk_create(_take(_shot_of(n, shots), n + 1, creator, now, n) for n in numbers)
    jobs = Generation.objects.bulk_create(_job(take, organisation, project, price) for take in takes)
    GenerationMove.objects.bulk_create(GenerationMove(generation=job, old="fetching", new="ready") for job in jobs)
    Clip.objects.bulk_create(_clip(take) for take in takes)
    budget = month_budget(organisation)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            organisation=organisation, budget=budget, project=project, key=job.ledger_key, kind=kind,
            credits=CREDITS, by=creator, what="a take", at=job.created_at,
        )
        for job in jobs
        for kind in (LedgerKind.HOLD, LedgerKind.SETTLE)
    )  # fmt: skip


def _shot_of(place: int, shots: list[Shot]) -> Shot:
    """The first shot gets a full page of takes, so that its page shows as much in a small studio as in a large one."""
    return shots[0] if place < FULL_PAGE else shots[place % SHOTS]


def _take(shot: Shot, number: int, creator: User, now: datetime, place: int) -> Take:
    return Take(
        shot=shot, number=number, route=Route.TEXT, model=TEXT_MODEL, prompt="A paper boat crosses a puddle at dawn",
        seconds=5, sound=False, aspect_ratio="16:9", request_key=uuid.uuid4().hex, created_by=creator,
        created_at=now - timedelta(seconds=place),
    )  # fmt: skip


def _job(take: Take, organisation: Organisation, project: Project, price: Price) -> Generation:
    made = take.created_at
    return Generation(
        take=take, organisation=organisation, project=project, state="ready", due_at=None, price=price, held=CREDITS,
        charged=CREDITS, submitted_at=made, done_at=made + timedelta(seconds=70), created_at=made,
        finished_at=made + timedelta(seconds=75),
    )  # fmt: skip


def _clip(take: Take) -> Clip:
    sha256 = uuid.uuid4().hex * 2
    return Clip(
        take=take, sha256=sha256, size=1000, file=f"clips/{sha256}.mp4", width=1280, height=720, fps_num=24,
        frames=120, duration_ms=5000, video_codec="h264", poster=f"clips/{sha256}.jpg", sprite=f"clips/{sha256}-s.jpg",
        sprite_frames=10,
    )  # fmt: skip


def _select(shot: Shot, creator: User) -> Version:
    take = shot.takes.select_related("clip").order_by("-number").first()
    assert take is not None
    version = Version.objects.create(shot=shot, number=1, take=take, clip=take.clip, selected_by=creator)
    shot.current_version, shot.poster_clip, shot.state = version, take.clip, "selected"
    shot.spent = CREDITS
    shot.save()
    return version
