"""Django's admin looks and changes nothing."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from projects.models import User
from tests.factories import AssetFactory, GenerationFactory, VersionFactory

pytestmark = pytest.mark.django_db
MODELS = [model for model in admin.site._registry if model._meta.app_label == "assets"]


@pytest.fixture
def operator(client: Client) -> Client:
    """Somebody who may open Django's admin."""
    client.force_login(
        User.objects.create_superuser("op@example.com"), backend="allauth.account.auth_backends.AuthenticationBackend"
    )
    return client


@pytest.mark.parametrize("name", [model._meta.model_name for model in MODELS])
def test_lists_are_there_to_read_and_nothing_can_be_added(operator: Client, name: str) -> None:
    GenerationFactory.create(take=VersionFactory.create().take)
    AssetFactory.create()
    assert operator.get(reverse(f"admin:assets_{name}_changelist")).status_code == 200
    assert operator.get(reverse(f"admin:assets_{name}_add")).status_code == 403


def test_the_token_of_a_callback_is_not_shown() -> None:
    attempts = next(model for model in MODELS if model._meta.model_name == "attempt")
    assert "token" in (admin.site._registry[attempts].exclude or ())
