"""The list of projects: one's own organisation's, newest first, searched, the same few queries however long."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from projects.actions.projects import archive_project
from projects.models import Organisation, Project, User
from tests.factories import OrganisationFactory, ProjectFactory, ShotFactory


def listed(client: Client, query: str = "") -> str:
    return client.get(f"{reverse('project_list')}{query}").content.decode()


def test_everybody_sees_the_organisation_s_projects_and_no_other(
    pats: Client, ritas: Client, sams: Client, project: Project
) -> None:
    assert [project.name in listed(client) for client in (pats, ritas, sams)] == [True, True, False]


def test_the_list_counts_shots(pats: Client, project: Project) -> None:
    ShotFactory.create_batch(3, project=project, created_by=project.created_by)
    assert '<td class="num" data-label="Shots">3</td>' in listed(pats)


def test_archived_projects_have_their_own_list(pats: Client, pat: User, project: Project) -> None:
    archive_project(by=pat, project=project)
    assert (project.name in listed(pats), project.name in listed(pats, "?archived=on")) == (False, True)


def test_search_looks_at_name_and_client(pats: Client, northlight: Organisation) -> None:
    ProjectFactory.create(organisation=northlight, name="Harvest", client="Orchard")
    ProjectFactory.create(organisation=northlight, name="Winter", client="Sledge")
    found = listed(pats, "?q=orch")
    assert ("Harvest" in found, "Winter" in found) == (True, False)


@pytest.mark.parametrize("query", ["?q=%00", "?q=" + "x" * 121])
def test_a_search_that_cannot_be_read_is_a_sentence(pats: Client, query: str) -> None:
    assert pats.get(f"{reverse('project_list')}{query}").status_code == 422


@pytest.mark.parametrize("query", ["?before=x", "?before=1-2", "?after=99999999999999999999-0", "?before=%00"])
def test_a_key_that_cannot_be_read_gives_the_first_page(pats: Client, project: Project, query: str) -> None:
    assert project.name in listed(pats, query)


def test_fifty_a_page_newest_first(pats: Client, northlight: Organisation) -> None:
    now = timezone.now()
    for age in range(51):
        ProjectFactory.create(organisation=northlight, name=f"No. {age:02}", created_at=now - timedelta(hours=age))
    first = listed(pats)
    assert ("No. 49" in first, "No. 50" in first, 'rel="next"' in first) == (True, False, True)


@pytest.mark.parametrize("count", [3, 50])
def test_the_list_asks_the_same_few_questions(
    pats: Client, northlight: Organisation, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for project in ProjectFactory.create_batch(count, organisation=northlight):
        ShotFactory.create(project=project, created_by=project.created_by)
    with django_assert_num_queries(6):
        listed(pats)


def test_another_organisation_of_one_s_own_is_not_mixed_in(pats: Client, pat: User) -> None:
    other = ProjectFactory.create(organisation=OrganisationFactory.create(), name="Foreign")
    assert other.name not in listed(pats)
