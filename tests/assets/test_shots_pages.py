"""Planning a shot and changing what it is called."""

import pytest
from django.test import Client
from django.urls import reverse

from assets.models import Shot
from projects.models import Project

pytestmark = pytest.mark.django_db


def test_a_new_shot_leads_to_the_composer(carls: Client, project: Project) -> None:
    answer = carls.post(reverse("shot_create", args=[project.pk]), {"name": "Opening", "description": "Dawn"})
    shot = Shot.objects.get()
    assert (shot.name, shot.description, shot.number) == ("Opening", "Dawn", 1)
    assert answer["Location"] == reverse("composer", args=[shot.pk])


@pytest.mark.parametrize("name", ["", "x" * 121, "a\0b"])
def test_a_bad_name_is_refused_and_the_rest_is_kept(carls: Client, project: Project, name: str) -> None:
    answer = carls.post(reverse("shot_create", args=[project.pk]), {"name": name, "description": "Keep this"})
    assert answer.status_code == 422
    assert "Keep this" in answer.content.decode()
    assert not Shot.objects.exists()


def test_an_empty_post_is_refused(carls: Client, project: Project) -> None:
    assert carls.post(reverse("shot_create", args=[project.pk]), {}).status_code == 422


def test_an_edit_is_saved(carls: Client, shot: Shot) -> None:
    answer = carls.post(reverse("shot_edit", args=[shot.pk]), {"name": "Closing", "description": ""}, follow=True)
    assert Shot.objects.get().name == "Closing"
    assert "“Closing” is saved." in answer.content.decode()


def test_the_edit_form_shows_what_is_there(carls: Client, shot: Shot) -> None:
    assert shot.name in carls.get(reverse("shot_edit", args=[shot.pk])).content.decode()


def test_a_reviewer_may_not_and_a_stranger_sees_nothing(ritas: Client, sams: Client, shot: Shot) -> None:
    for address in (reverse("shot_edit", args=[shot.pk]), reverse("shot_create", args=[shot.project_id])):
        assert ritas.get(address).status_code == 403
        assert sams.get(address).status_code == 404
