"""Deadlines of reviews: typed in the person's zone, and none that another zone can't show."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.models import Shot, Version
from projects.models import User
from reviews.models import Round
from tests.factories import TakeFactory, VersionFactory


@pytest.fixture
def version(shot: Shot, carl: User) -> Version:
    """Carl's v1."""
    return VersionFactory.create(take=TakeFactory.create(shot=shot, created_by=carl))


@pytest.mark.parametrize("due_at", ["9999-12-31T23:59", "0001-01-01T00:00", "2101-01-01T00:00"])
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo", "UTC"])
def test_a_deadline_outside_this_century_is_refused(
    carls: Client, version: Version, carl: User, rita: User, zone: str, due_at: str
) -> None:
    type(carl).objects.filter(pk=carl.pk).update(time_zone=zone)
    answer = carls.post(reverse("review_ask", args=[version.pk]), {"reviewers": [str(rita.pk)], "due_at": due_at})
    assert answer.status_code == 422
    assert not Round.objects.exists()


def test_a_deadline_in_the_hour_that_a_zone_skips_is_refused(
    carls: Client, version: Version, carl: User, rita: User
) -> None:
    type(carl).objects.filter(pk=carl.pk).update(time_zone="Europe/Berlin")
    year = (timezone.now() + timedelta(days=400)).year
    skipped = {2026: "03-29", 2027: "03-28", 2028: "03-26"}[year]
    data = {"reviewers": [str(rita.pk)], "due_at": f"{year}-{skipped}T02:30"}
    assert carls.post(reverse("review_ask", args=[version.pk]), data).status_code == 422
