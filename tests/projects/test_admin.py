"""Django's admin shows everything and changes nothing but an account's flags; it works under the strict CSP."""

import re

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from projects.actions.audit import log
from projects.admin import LookOnly
from projects.models import AuditEntry, Organisation, User
from projects.models.base import Row
from tests.conftest import client_of
from tests.factories import UserFactory

SHOWN = [model for model, shown in admin.site._registry.items() if isinstance(shown, LookOnly)]


@pytest.fixture
def root(db: None) -> Client:
    """The browser of somebody who may do everything."""
    return client_of(UserFactory.create(name="Root", is_staff=True, is_superuser=True))


def address(model: type[Row], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", SHOWN)
def test_every_list_opens_and_adds_nothing(model: type[Row], root: Client) -> None:
    assert root.get(address(model, "changelist")).status_code == 200
    assert root.get(address(model, "add")).status_code == 403


@pytest.fixture
def entry(northlight: Organisation, alice: User) -> AuditEntry:
    """A row of the log."""
    return log(organisation=northlight, by=alice, verb="renamed", target=northlight)


def test_a_row_of_the_log_can_only_be_read(root: Client, entry: AuditEntry) -> None:
    page = root.get(address(AuditEntry, "change", entry.pk))
    assert (page.status_code, b'name="verb"' in page.content) == (200, False)
    assert root.post(address(AuditEntry, "change", entry.pk), {"verb": "x"}).status_code == 403
    assert root.post(address(AuditEntry, "delete", entry.pk), {"post": "yes"}).status_code == 403


def test_no_action_deletes_rows_of_the_log(root: Client, entry: AuditEntry) -> None:
    chosen = {"action": "delete_selected", "_selected_action": str(entry.pk), "post": "yes"}
    root.post(address(AuditEntry, "changelist"), chosen)
    assert AuditEntry.objects.filter(pk=entry.pk).exists()


def test_an_account_is_switched_off(root: Client, carl: User) -> None:
    root.post(reverse("admin:projects_user_change", args=[carl.pk]), {"is_staff": "", "email": "x@example.com"})
    carl.refresh_from_db()
    assert (carl.is_active, carl.email) == (False, "carl.cho@example.com")


def test_staff_who_are_not_superusers_switch_nobody_off(carl: User) -> None:
    client = client_of(UserFactory.create(is_staff=True))
    assert client.post(reverse("admin:projects_user_change", args=[carl.pk]), {}).status_code == 403


def test_the_admin_is_closed_to_everybody_else(alices: Client) -> None:
    assert alices.get("/admin/", follow=True).status_code == 403
    assert Client().get("/admin/").status_code == 302


@pytest.mark.parametrize(
    "name", ["admin:index", "admin:projects_user_changelist", "admin:projects_auditentry_changelist"]
)
def test_its_pages_carry_nothing_inline(name: str, root: Client, entry: AuditEntry) -> None:
    page = root.get(reverse(name)).content.decode()
    assert not re.search(r"<script(?![^>]*(src=|type=\"application/json\"))|<style|\sstyle=|\son[a-z]+=", page)


def test_invitations_are_shown_without_what_makes_their_links(root: Client) -> None:
    fields = admin.site._registry[next(model for model in SHOWN if model.__name__ == "Invitation")].exclude
    assert set(fields or ()) >= {"nonce", "token_hash"}
