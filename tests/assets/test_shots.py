"""Shots and what is kept current on them."""

from decimal import Decimal

import pytest
from django.utils import timezone

from assets.actions.shots import create_shot, edit_shot, refresh_shot, set_shot_state
from assets.models import Shot
from assets.models.shot import ShotState
from projects.errors import Refused
from projects.models import AuditEntry, Project, User
from tests.factories import ClipFactory, GenerationFactory, TakeFactory, VersionFactory


def fresh(shot: Shot) -> Shot:
    refresh_shot(shot.pk)
    return Shot.objects.get(pk=shot.pk)


def test_shots_are_numbered_in_the_project(project: Project, carl: User) -> None:
    shots = [create_shot(by=carl, project=project, name=name) for name in ("Opening", "Ending")]
    assert [shot.number for shot in shots] == [1, 2]
    assert AuditEntry.objects.filter(verb="created").count() == 2


def test_an_archived_project_gets_no_shot(project: Project, carl: User) -> None:
    project.archived_at = timezone.now()
    project.save()
    with pytest.raises(Refused, match="archived"):
        create_shot(by=carl, project=project, name="Opening")


def test_an_edit_logs_what_changed(shot: Shot, carl: User) -> None:
    edit_shot(by=carl, shot=shot, name="Closing", description="")
    assert AuditEntry.objects.get().changes == {"name": ["Opening", "Closing"]}


def test_an_edit_without_a_change_leaves_no_row(shot: Shot, carl: User) -> None:
    edit_shot(by=carl, shot=shot, name=shot.name, description=shot.description)
    assert not AuditEntry.objects.exists()


def test_a_shot_without_takes_is_a_draft(shot: Shot) -> None:
    assert fresh(shot).state == ShotState.DRAFT


def test_running_jobs_and_spent_credits_are_counted(shot: Shot) -> None:
    GenerationFactory.create(take__shot=shot, state="running")
    GenerationFactory.create(take__shot=shot, state="ready", charged=Decimal(55))
    now = fresh(shot)
    assert (now.running, now.spent, now.state) == (1, Decimal(55), "generating")


def test_when_all_ended_it_is_ready_to_triage(shot: Shot) -> None:
    GenerationFactory.create(take__shot=shot, state="ready", charged=Decimal(55))
    assert fresh(shot).state == ShotState.TRIAGE


def test_what_people_decided_is_left_alone(shot: Shot) -> None:
    set_shot_state(shot, ShotState.IN_REVIEW)
    GenerationFactory.create(take__shot=shot, state="running")
    now = fresh(shot)
    assert (now.state, now.running) == (ShotState.IN_REVIEW, 1)


def test_the_same_state_again_keeps_its_moment(shot: Shot) -> None:
    set_shot_state(shot, ShotState.IN_REVIEW)
    since = Shot.objects.get().state_since
    set_shot_state(shot, ShotState.IN_REVIEW)
    assert Shot.objects.get().state_since == since


def test_the_poster_is_the_newest_take_not_discarded(shot: Shot) -> None:
    kept = ClipFactory.create(take=TakeFactory.create(shot=shot, number=1))
    ClipFactory.create(take=TakeFactory.create(shot=shot, number=2, discarded_at=timezone.now()))
    assert fresh(shot).poster_clip == kept


def test_the_poster_is_the_current_version_when_there_is_one(shot: Shot) -> None:
    version = VersionFactory.create(take=TakeFactory.create(shot=shot, number=1))
    ClipFactory.create(take=TakeFactory.create(shot=shot, number=2))
    assert fresh(shot).poster_clip == version.clip


def test_a_shot_whose_only_open_job_needs_a_person_says_so(shot: Shot) -> None:
    GenerationFactory.create(take=TakeFactory.create(shot=shot), state="needs_attention", due_at=None)
    refresh_shot(shot.pk)
    assert Shot.objects.get(pk=shot.pk).state == ShotState.NEEDS_ATTENTION


def test_a_shot_with_another_job_under_way_is_still_generating(shot: Shot) -> None:
    GenerationFactory.create(take=TakeFactory.create(shot=shot), state="needs_attention", due_at=None)
    GenerationFactory.create(take=TakeFactory.create(shot=shot), state="running")
    refresh_shot(shot.pk)
    assert Shot.objects.get(pk=shot.pk).state == ShotState.GENERATING
