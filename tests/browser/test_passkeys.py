"""Passkeys, from adding one to logging in with nothing else; Chromium's virtual authenticator stands for a person's."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.live.people import PASSWORD, Desk

PAULA = "paula@world.example"
JOIN = """
from projects.actions.invitations import accept, invite
from projects.models import Member, User
from projects.roles import Role
alice = User.objects.get(email="alice@world.example")
studio = Member.objects.get(user=alice).organisation
asked = invite(by=alice, organisation=studio, email="{email}", role=Role.CREATOR)
accept(by=None, invitation=asked, name="Paula Park", password="{password}")
"""
KEY: dict[str, Any] = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def paula(world: dict[str, str], request: pytest.FixtureRequest) -> str:
    """A creator whom no other test knows."""
    product = request.getfixturevalue("product")
    product.manage("shell", "--no-imports", "-c", JOIN.format(email=PAULA, password=PASSWORD))
    return PAULA


def plug_in(page: Page) -> tuple[CDPSession, str]:
    """An authenticator in this page's browser, and its id."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    return session, str(made["authenticatorId"])


def add_passkey(page: Page) -> None:
    """From the profile's page of two-step login."""
    page.goto("/accounts/2fa/")
    page.get_by_role("link", name="Add a key").first.click()
    if page.get_by_label("Password", exact=True).is_visible():  # logged in some time ago: it asks again
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Confirm").click()
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add the key").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def log_out(page: Page) -> None:
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Log out").click()
    page.goto("/accounts/login/")


def test_a_passkey_alone_logs_in(desk: Desk, paula: str) -> None:
    page = desk.person(paula)
    plug_in(page)
    add_passkey(page)
    log_out(page)
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page).to_have_title("Home · Kling CMS")


def test_a_passkey_that_is_not_used_leaves_the_password(desk: Desk, paula: str) -> None:
    page = desk.nobody()
    page.goto("/accounts/login/")
    session, key = plug_in(page)
    session.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    page.get_by_role("button", name="Log in with a passkey").click()
    expect(page.get_by_text("The passkey was not used")).to_be_visible()
    expect(page.get_by_label("Password")).to_be_editable()
