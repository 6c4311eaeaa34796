"""Who gets what at every address: one table, and a test that fails for an address nobody listed.

Columns: anonymous, stranger (Sam, admin elsewhere), reviewer, creator, producer, admin.
L sent to log in · N 404 · F 403 · A answered (page, redirect, or a form's complaint) · P answered for anybody.
"""

from dataclasses import dataclass
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from assets.models import Asset, Attempt, Clip, Generation, Shot, StrayTask
from projects.actions.money import hold
from projects.models import Invitation, Member, Notification, NotificationKind, Project, User, WorkBeat
from reviews.actions.asking import ask_review
from reviews.actions.notes import add_note
from reviews.models import Package, PackageItem
from tests.conftest import client_of
from tests.factories import AssetFactory, GenerationFactory, PriceFactory, TakeFactory, VersionFactory

GET, POST = "GET", "POST"
TABLE: dict[str, tuple[str, str, str]] = {
    # name: (method, what the address needs, who gets what)
    "home": (GET, "", "LAAAAA"),
    "healthz": (GET, "", "PPPPPP"),
    "readyz": (GET, "", "PPPPPP"),
    "metrics": (GET, "", "PPPPPP"),
    "favicon": (GET, "", "PPPPPP"),
    # people
    "switch_organisation": (POST, "", "LNNNNN"),
    "organisation_settings": (GET, "", "LAFFFA"),
    "member_list": (GET, "", "LAFFFA"),
    "member_invite": (GET, "", "LAFFFA"),
    "member_role": (POST, "member", "LNFFFA"),
    "member_deactivate": (POST, "member", "LNFFFA"),
    "member_reactivate": (POST, "member", "LNFFFA"),
    "invitation_revoke": (POST, "invitation", "LNFFFA"),
    "invitation_resend": (POST, "invitation", "LNFFFA"),
    "invitation_accept": (GET, "bad_token", "NNNNNN"),
    "deployment_adopt": (POST, "", "LAFFFA"),
    "audit_list": (GET, "", "LAFFFA"),
    "profile": (GET, "", "LAAAAA"),
    "notification_preferences": (GET, "", "LAAAAA"),
    "notification_list": (GET, "", "LAAAAA"),
    "notification_open": (GET, "notification", "LNANNN"),
    "notification_read_all": (POST, "", "LAAAAA"),
    # projects and money
    "project_list": (GET, "", "LAAAAA"),
    "project_create": (GET, "", "LAFFAA"),
    "project_board": (GET, "project", "LNAAAA"),
    "project_brief": (GET, "project", "LNAAAA"),
    "project_edit": (GET, "project", "LNFFAA"),
    "project_archive": (POST, "project", "LNFFAA"),
    "project_restore": (POST, "project", "LNFFAA"),
    "budget_list": (GET, "", "LAFAAA"),
    "budget_month_set": (GET, "", "LAFFFA"),
    "budget_project_set": (GET, "project", "LNFFFA"),
    "budget_detail": (GET, "budget", "LNFAAA"),
    "ledger_list": (GET, "", "LAFFAA"),
    "ledger_csv": (GET, "", "LAFFAA"),
    "reconciliation_list": (GET, "", "LAFFFA"),
    "reconciliation_run": (POST, "", "LAFFFA"),
    "price_list": (GET, "", "LAFAAA"),
    "price_set": (GET, "", "LAFFFA"),
    "price_confirm": (GET, "price", "LNFFFA"),
    # library
    "asset_list": (GET, "", "LAAAAA"),
    "asset_upload": (POST, "", "LAFAAA"),
    "asset_detail": (GET, "asset", "LNAAAA"),
    "asset_retire": (POST, "asset", "LNFAAA"),
    "asset_restore": (POST, "asset", "LNFAAA"),
    "asset_delete": (POST, "asset", "LNFAAA"),
    "asset_renew": (POST, "asset", "LNFAAA"),
    "asset_file": (GET, "asset_version", "LNAAAA"),
    "asset_thumbnail": (GET, "asset_version", "LNAAAA"),
    # shots, composer, takes
    "shot_create": (GET, "project", "LNFAAA"),
    "shot_edit": (GET, "shot", "LNFAAA"),
    "composer": (GET, "shot", "LNFAAA"),
    "take_list": (GET, "shot", "LNAAAA"),
    "take_tiles": (GET, "shot", "LNAAAA"),
    "take_rate": (POST, "take", "LNFAAA"),
    "take_select": (POST, "take", "LNFAAA"),
    "take_discard": (POST, "take", "LNFAAA"),
    "take_restore": (POST, "take", "LNFAAA"),
    "take_retry": (POST, "take", "LNFAAA"),
    "take_job": (GET, "take", "LNAAAA"),
    "take_cancel": (POST, "take", "LNFAAA"),
    "take_fetch": (POST, "take", "LNFAAA"),
    "attention_list": (GET, "", "LAFFFA"),
    "line_start": (POST, "", "LAFFFA"),
    "model_open": (POST, "", "LAFFFA"),
    "waiting_end": (POST, "", "LAFFFA"),
    "attention_resolve": (POST, "generation", "LNFFFA"),
    "stray_note": (POST, "stray", "LNFFFA"),
    "kie_callback": (POST, "bad_token", "NNNNNN"),
    # clips
    "clip_detail": (GET, "clip", "LNAAAA"),
    "clip_video": (GET, "clip", "LNAAAA"),
    "clip_proxy": (GET, "clip", "LNAAAA"),
    "clip_poster": (GET, "clip", "LNAAAA"),
    "clip_sprite": (GET, "clip", "LNAAAA"),
    "clip_download": (GET, "clip", "LNAAAA"),
    "clip_frame": (POST, "clip", "LNFAAA"),
    # reviews
    "review_queue": (GET, "", "LAAAAA"),
    "review_ask": (GET, "version", "LNFAAA"),
    "round_withdraw": (POST, "round", "LNFAAA"),
    "round_decide": (POST, "round", "LNAFAA"),
    "version_review": (GET, "version", "LNAAAA"),
    "version_revise": (GET, "version", "LNFAAA"),
    "note_add": (POST, "version", "LNAAAA"),
    "note_reply": (POST, "note", "LNAAAA"),
    "note_resolve": (POST, "note", "LNAAAA"),
    "note_reopen": (POST, "note", "LNAAAA"),
    # delivery
    "package_list": (GET, "", "LAAAAA"),
    "package_create": (GET, "project", "LNFFAA"),
    "package_detail": (GET, "package", "LNAAAA"),
    "package_add": (POST, "package", "LNFFAA"),
    "package_remove": (POST, "package_item", "LNFFAA"),
    "package_seal": (POST, "package", "LNFFAA"),
    "package_delete": (POST, "package", "LNFFAA"),
    "package_zip": (GET, "package", "LNAAAA"),
    "package_manifest": (GET, "package", "LNAAAA"),
}
PEOPLE = ("anonymous", "stranger", "reviewer", "creator", "producer", "admin")
# The addresses of allauth and of the admin have tests of their own in tests/projects.
ALLAUTH_PREFIXES = ("account_", "mfa_", "usersessions_")


@dataclass
class World:
    """One of everything at Northlight, and what each kind of address takes."""

    addresses: dict[str, dict[str, Any]]
    clients: dict[str, Client]


@pytest.fixture
def world(
    project: Project, shot: Shot, alice: User, pat: User, carl: User, rita: User, sam: User, northlight: Any
) -> World:
    """Things to open, and a browser for each person."""
    take = TakeFactory.create(shot=shot, created_by=carl)
    job = GenerationFactory.create(take=take, state="ready", due_at=None)
    version = VersionFactory.create(take=take)
    asked = ask_review(by=carl, version=version, reviewers=[rita])
    note = add_note(by=rita, version=version, text="Too dark", frame=3)
    asset = AssetFactory.create(organisation=northlight)
    store_files(version.clip, asset)
    package = Package.objects.create(
        organisation=northlight, project=project, number=1, name="Delivery", created_by=pat
    )
    item = PackageItem.objects.create(
        package=package, version=version, approval=asked, file_sha256=asked.file_sha256, file_name="a.mp4"
    )
    hold(organisation=northlight, project=project, key="generation:1", credits=job.held, by=carl, what="Take 1")
    invitation = Invitation.objects.create(
        organisation=northlight, email="new@example.com", role="creator", token_hash="x", invited_by=alice
    )
    notification = Notification.objects.filter(user=rita, kind=NotificationKind.REVIEW_ASKED).get()
    price = PriceFactory.create(organisation=northlight, closed_at=timezone.now())
    WorkBeat.objects.create(host="here", pid=1)
    rows = {
        "project": project, "shot": shot, "take": take, "generation": job, "clip": version.clip, "version": version,
        "round": asked, "note": note, "asset": asset, "asset_version": asset.current_version, "package": package,
        "invitation": invitation, "notification": notification, "budget": northlight.budgets.get(),
        "price": price, "stray": stray_of(job),
        "member": Member.objects.get(user=rita),
    }  # fmt: skip
    addresses: dict[str, dict[str, Any]] = {"": {}, "bad_token": {"token": "no-such-token"}}
    addresses |= {kind: {"pk": row.pk} for kind, row in rows.items()}
    addresses["package_item"] = {"pk": package.pk, "item": item.pk}
    people = {"stranger": sam, "reviewer": rita, "creator": carl, "producer": pat, "admin": alice}
    clients = {"anonymous": Client()} | {who: client_of(user) for who, user in people.items()}
    return World(addresses, clients)


def store_files(clip: Clip, asset: Asset) -> None:
    """Bytes for whatever can be asked for."""
    clip.poster, clip.sprite, clip.proxy = "clips/p.jpg", "clips/s.jpg", "clips/p.mp4"
    clip.save()
    stored = asset.versions.get()
    for file in (clip.file, clip.poster, clip.sprite, clip.proxy, stored.file, stored.thumbnail):
        default_storage.save(file.name, ContentFile(b"0" * 1000))


def stray_of(job: Generation) -> StrayTask:
    """A task of the job that made a clip, and that nobody has noted."""
    attempt = Attempt.objects.create(generation=job, number=1, token="a" * 32, outcome="accepted", task_id="task_1")
    facts = {"organisation": job.organisation, "over_at": timezone.now(), "end": "success"}
    return StrayTask.objects.create(attempt=attempt, **facts)


def verdict(response: Any) -> str:
    """The letter of the table for an answer."""
    if response.status_code == 302 and "/accounts/login/" in response["Location"]:
        return "L"
    return {404: "N", 410: "N", 403: "F"}.get(response.status_code, "A" if response.status_code < 500 else "5xx")


@pytest.mark.parametrize("name", TABLE)
def test_everybody_gets_what_the_table_says(world: World, name: str) -> None:
    method, needs, expected = TABLE[name]
    address = reverse(name, kwargs=world.addresses[needs])
    got = {}
    for who in PEOPLE:
        with transaction.atomic():  # each finds the same world, whatever the one before has done to it
            client = world.clients[who]
            answer = client.get(address) if method == GET else client.post(address)
            got[who] = verdict(answer)
            if answer.streaming:  # read to its end, so that its file is closed
                answer.getvalue()
            transaction.set_rollback(True)
    assert got == dict(zip(PEOPLE, expected.replace("P", "A"), strict=True))


@pytest.mark.parametrize("name", [name for name, row in TABLE.items() if row[0] == POST])
def test_what_changes_something_refuses_get(world: World, name: str) -> None:
    address = reverse(name, kwargs=world.addresses[TABLE[name][1]])
    assert world.clients["admin"].get(address).status_code in (404, 405)


def all_names(patterns: list[Any], namespace: str = "") -> list[str]:
    """The names of all addresses, admin left out."""
    names: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver) and pattern.app_name != "admin":
            names += all_names(pattern.url_patterns, namespace)
        elif isinstance(pattern, URLPattern) and pattern.name:
            names.append(pattern.name)
    return names


def test_every_address_is_listed() -> None:
    names = {name for name in all_names(get_resolver().url_patterns) if not name.startswith(ALLAUTH_PREFIXES)}
    assert names == set(TABLE)
