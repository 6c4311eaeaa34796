"""The standing world of all episodes: an organisation, its people, two projects; what an episode made is swept away."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db import connection

from assets.models import Price, Shot
from projects.models import Organisation, User
from projects.roles import Role
from tests.factories import MemberFactory, OrganisationFactory, PriceFactory, ProjectFactory, ShotFactory, UserFactory

BEGIN = datetime(2026, 11, 2, 9, tzinfo=UTC)
# Children before their parents.
MADE_BY_EPISODES = (
    "assets_generationmove", "assets_straytask", "assets_attempt", "assets_generation",
    "assets_clip", "assets_take", "assets_linestop", "assets_rateslot",
    "assets_balancereading", "projects_ledgerentry", "projects_budget", "projects_notification",
    "projects_auditentry", "projects_invariantrun", "django_q_ormq",
)  # fmt: skip


@dataclass(frozen=True)
class Studio:
    """Who and where."""

    organisation: Organisation
    alice: User
    carl: User
    shots: list[Shot]


def found_studio() -> Studio:
    """Made once a process; the price list has one row, 55 credits for 5 s silent."""
    organisation = OrganisationFactory.create(monthly_limit=Decimal(10_000))
    alice, carl = (
        MemberFactory.create(organisation=organisation, user=UserFactory.create(), role=role).user
        for role in (Role.ADMIN, Role.CREATOR)
    )
    Price.objects.all().delete()
    PriceFactory.create()
    shots = [
        ShotFactory.create(project=ProjectFactory.create(organisation=organisation, created_by=alice), created_by=carl)
        for _ in range(2)
    ]
    return Studio(organisation, alice, carl, shots)


def sweep_away(studio: Studio, monthly_limit: int) -> None:
    """Everything that episodes make; shots and prices are as new."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE assets_shot SET poster_clip_id = NULL, current_version_id = NULL, state = 'draft'")
        for table in MADE_BY_EPISODES:
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608  # names of our own
    Shot.objects.update(running=0, spent=0, state_since=BEGIN)
    Price.objects.exclude(organisation=None).delete()
    Price.objects.update(closed_at=None)
    Organisation.objects.filter(pk=studio.organisation.pk).update(monthly_limit=monthly_limit)
    studio.organisation.monthly_limit = Decimal(monthly_limit)
