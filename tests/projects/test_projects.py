"""Projects and briefs: the goal first, names once, nothing lost."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from projects.actions.projects import (
    BriefContent,
    archive_project,
    create_project,
    edit_brief,
    edit_project,
    restore_project,
)
from projects.errors import Refused
from projects.forms.projects import BriefForm, NewProjectForm
from projects.goals import GOALS, Goal
from projects.models import AuditEntry, Organisation, Project, User
from tests.factories import ProjectFactory

FIELDS = {"goal": "demo_clip", "name": "Autumn launch", "client": "Orchard & Co"}


def start(client: Client, **fields: str) -> int:
    return client.post(reverse("project_create"), {**FIELDS, **fields}).status_code


def brief(**said: str) -> BriefForm:
    return BriefForm({"goal": "concept_draft", **said})


# --- starting


def test_a_project_starts_with_its_goal(pats: Client, northlight: Organisation, pat: User) -> None:
    assert start(pats) == 302
    project = Project.objects.get()
    assert (project.organisation, project.created_by, project.brief.goal) == (northlight, pat, "demo_clip")


def test_what_is_not_said_is_as_the_goal_proposes(pats: Client) -> None:
    start(pats)
    assert Project.objects.get().brief.defaults == GOALS[Goal.DEMO_CLIP]


def test_each_proposal_can_be_overridden(pats: Client) -> None:
    start(pats, route="text", seconds="10", aspect_ratio="1:1", sound="on", takes="4")
    defaults = Project.objects.get().brief.defaults
    assert (defaults.route, defaults.seconds, defaults.aspect_ratio) == ("text", 10, "1:1")
    assert (defaults.sound, defaults.takes) == (True, 4)


def test_silence_is_an_override_too(pats: Client) -> None:
    start(pats, goal="campaign_asset", sound="off")
    assert Project.objects.get().brief.sound is False


def test_the_form_shows_what_each_goal_proposes_and_why(pats: Client) -> None:
    page = pats.get(reverse("project_create")).content.decode()
    assert all(goal.label in page and GOALS[goal].why in page for goal in Goal)
    assert "asset-led · 10 s · 9:16 tall · with sound · 3 takes" in page


def test_creating_is_in_the_log(pats: Client) -> None:
    start(pats)
    entry = AuditEntry.objects.get(verb="created")
    assert (entry.target_label, entry.changes["goal"]) == ("Autumn launch", [None, "demo_clip"])


@pytest.mark.parametrize("who", ["carl", "rita"])
def test_creators_and_reviewers_start_none(who: str, northlight: Organisation, request: pytest.FixtureRequest) -> None:
    with pytest.raises(PermissionDenied):
        create_project(
            by=request.getfixturevalue(who), organisation=northlight, name="X", brief=BriefContent(Goal.DEMO_CLIP)
        )


def test_the_same_name_again_is_refused_with_a_sentence(pats: Client) -> None:
    start(pats)
    answer = pats.post(reverse("project_create"), {**FIELDS, "client": "Somebody else"})
    assert (answer.status_code, Project.objects.count()) == (422, 1)
    assert "There is a project called “Autumn launch” already" in answer.content.decode()
    assert "Somebody else" in answer.content.decode()
    assert "name" in answer.context["form"].errors


def test_another_organisation_may_use_the_name(pats: Client, sams: Client) -> None:
    assert (start(pats), start(sams)) == (302, 302)


def test_the_database_holds_the_name_rule_too(project: Project, pat: User) -> None:
    with pytest.raises(IntegrityError):
        Project.objects.create(organisation=project.organisation, name=project.name, created_by=pat)


# --- what the form refuses


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"goal": ""}, "Choose what the clips are for."),
        ({"goal": "masterpiece"}, "Select a valid choice."),
        ({"name": ""}, "This field is required."),
        ({"name": "x" * 121}, "at most 120 characters"),
        ({"name": "a\0b"}, "Null characters"),
        ({"message": "x" * 2001}, "at most 2000 characters"),
        ({"seconds": "7"}, "Select a valid choice."),
        ({"takes": "5"}, "Select a valid choice."),
        ({"sound": "loud"}, "Select a valid choice."),
        ({"deadline": "soon"}, "Enter a valid date/time."),
        ({"deadline": "0001-01-01T00:00"}, "Use a year between 2000 and 2100."),
        ({"deadline": "9999-12-31T23:59"}, "Use a year between 2000 and 2100."),
        ({"deadline": "2020-01-01T10:00"}, "has passed already"),
        ({"acceptance_criteria": "x" * 201}, "200 are the most in one line"),
        ({"acceptance_criteria": "x\n" * 21}, "20 are the most"),
    ],
)
def test_bad_fields_get_a_sentence_and_keep_what_was_typed(pats: Client, fields: dict[str, str], sentence: str) -> None:
    answer = pats.post(reverse("project_create"), {**FIELDS, "audience": "Growers", **fields})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Growers" in page
    assert not Project.objects.exists()


@pytest.mark.parametrize("name", ["🦊" * 120, "مرحبا بالعالم", "x‮y", "<script>alert(1)</script>"])
def test_odd_names_are_kept_exactly(pats: Client, name: str) -> None:
    assert start(pats, name=name) == 302
    assert Project.objects.get().name == name


def test_criteria_are_one_a_line_without_empty_ones() -> None:
    form = brief(acceptance_criteria=" Logo readable \r\n\r\n No text on screen")
    assert form.is_valid()
    assert form.content().acceptance_criteria == ["Logo readable", "No text on screen"]


def test_a_deadline_is_typed_in_the_person_s_zone(pats: Client, pat: User) -> None:
    User.objects.filter(pk=pat.pk).update(time_zone="America/New_York")
    start(pats, deadline="2090-06-01T18:30")
    moment = datetime(2090, 6, 1, 18, 30, tzinfo=ZoneInfo("America/New_York"))
    assert Project.objects.get().brief.deadline == moment


def test_the_hour_that_the_clocks_skip_is_refused() -> None:
    with timezone.override("Europe/Berlin"):
        form = brief(deadline="2090-03-26T02:30")
        assert "couldn’t be interpreted" in str(form.errors["deadline"])


def test_a_deadline_that_passed_may_stay(project: Project) -> None:
    passed = datetime(2024, 5, 1, 9, 0, 30, tzinfo=UTC)
    form = BriefForm({"goal": "demo_clip", "deadline": "2024-05-01T09:00"}, initial={"deadline": passed})
    assert form.is_valid()
    assert form.content().deadline == passed


# --- changing


def test_the_brief_changes_and_the_log_keeps_old_and_new(pat: User, project: Project) -> None:
    edit_brief(by=pat, project=project, brief=BriefContent(Goal.CONCEPT_DRAFT, audience="Growers", takes=3))
    entry = AuditEntry.objects.get(verb="changed the brief of")
    assert entry.changes == {"audience": ["", "Growers"], "takes": [None, 3]}


def test_an_unchanged_brief_leaves_no_row(pat: User, project: Project) -> None:
    edit_brief(by=pat, project=project, brief=BriefContent(Goal.CONCEPT_DRAFT))
    assert not AuditEntry.objects.exists()


def test_the_brief_form_starts_with_what_is_there(pats: Client, project: Project) -> None:
    url = reverse("project_brief", args=[project.pk])
    project.brief.sound, project.brief.acceptance_criteria = False, ["One", "Two"]
    form = BriefForm(initial=BriefForm.brief_values(project.brief))
    assert (form["sound"].value(), form["acceptance_criteria"].value()) == ("off", "One\nTwo")
    assert pats.post(url, {"goal": "visual_variation"}).status_code == 302


def test_creators_and_reviewers_read_the_brief(carls: Client, ritas: Client, project: Project) -> None:
    url = reverse("project_brief", args=[project.pk])
    for client in (carls, ritas):
        assert b"<textarea" not in client.get(url).content
        assert client.post(url, {"goal": "demo_clip"}).status_code == 403


def test_name_and_client_change(pats: Client, project: Project) -> None:
    pats.post(reverse("project_edit", args=[project.pk]), {"name": "Summer launch", "client": "Orchard"})
    project.refresh_from_db()
    assert (project.name, project.client) == ("Summer launch", "Orchard")


def test_a_taken_name_is_refused_when_renaming(pats: Client, project: Project) -> None:
    ProjectFactory.create(organisation=project.organisation, name="Taken")
    answer = pats.post(reverse("project_edit", args=[project.pk]), {"name": "Taken", "client": ""})
    assert (answer.status_code, "called “Taken” already" in answer.content.decode()) == (422, True)


def test_an_archived_project_changes_only_after_restoring(pat: User, project: Project) -> None:
    archive_project(by=pat, project=project)
    with pytest.raises(Refused, match="Restore it first"):
        edit_project(by=pat, project=project, name="New", client="")
    with pytest.raises(Refused, match="Restore it first"):
        edit_brief(by=pat, project=project, brief=BriefContent(Goal.DEMO_CLIP))


def test_archiving_frees_the_name_and_restoring_says_if_it_was_taken(pat: User, project: Project) -> None:
    archive_project(by=pat, project=project)
    create_project(by=pat, organisation=project.organisation, name=project.name, brief=BriefContent(Goal.DEMO_CLIP))
    with pytest.raises(Refused, match="Rename that one first"):
        restore_project(by=pat, project=project)


def test_archiving_twice_leaves_one_row(pat: User, project: Project) -> None:
    archive_project(by=pat, project=project)
    archive_project(by=pat, project=project)
    assert AuditEntry.objects.filter(verb="archived").count() == 1


def test_archive_and_restore_by_the_buttons(pats: Client, project: Project) -> None:
    pats.post(reverse("project_archive", args=[project.pk]))
    assert Project.objects.archived().get() == project
    pats.post(reverse("project_restore", args=[project.pk]))
    assert Project.objects.current().get() == project


@pytest.mark.parametrize("name", ["project_edit", "project_archive", "project_restore", "project_brief"])
def test_who_may_change_a_project(
    name: str, pats: Client, carls: Client, ritas: Client, sams: Client, project: Project
) -> None:
    url = reverse(name, args=[project.pk])
    fields = {"name": "New name", "goal": "demo_clip"}
    answers = [client.post(url, fields).status_code for client in (pats, carls, ritas, sams)]
    assert answers == [302, 403, 403, 404]


def test_a_form_without_a_goal_checks_none(db: None) -> None:
    assert not any(card.checked for card in NewProjectForm().goals())
