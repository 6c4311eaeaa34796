"""What `manage.py work` says of itself before it begins."""

from io import StringIO

import pytest
from pytest_django import Settings

from kling_cms.management.commands.work import Command
from projects.deployment import safe_mode

pytestmark = [pytest.mark.django_db]


def said() -> str:
    out = StringIO()
    Command(stdout=out).say_what_is_amiss()
    return out.getvalue()


def test_a_worker_that_can_send_says_nothing(settings: Settings) -> None:
    settings.KIE_API_KEY = "a key"
    assert said() == ""


def test_a_worker_without_a_key_says_what_to_set(settings: Settings) -> None:
    settings.KIE_API_KEY = ""
    assert "Set the same key on every machine" in said()


def test_a_worker_on_a_copy_says_what_differs(settings: Settings) -> None:
    settings.KIE_API_KEY, settings.PUBLIC_URL = "a key", "https://cms.example"
    assert not safe_mode()
    settings.PUBLIC_URL = "https://copy.example"
    assert "Safe mode" in said()
    assert "PUBLIC_URL" in said()
