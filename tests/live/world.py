"""A studio at work, for tests that look at pages: told through the actions, inside the running product.

Runs as `manage.py shell -c "from tests.live.world import tell; tell()"` and prints its addresses as JSON. The product's
own worker makes the takes.
"""

import json
import sys
import time
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from assets.actions.generate import request_takes
from assets.actions.library import add_asset
from assets.actions.shots import create_shot
from assets.actions.takes import rate_take, select_take
from assets.models import Generation, GenerationState, Licence, Price, Shot, Take, Version
from assets.requests import TakeRequest
from kling_cms.demo.pictures import harbour, png
from projects.actions.budgets import set_month_limit, set_project_limit
from projects.actions.invitations import accept, invite
from projects.actions.organisations import found_organisation
from projects.actions.projects import BriefContent, create_project
from projects.goals import Goal, Route
from projects.models import Budget, User
from projects.roles import Role
from reviews.actions.asking import ask_review
from reviews.actions.decisions import decide
from reviews.actions.notes import add_note, reply, resolve_note
from reviews.actions.packages import add_to_package, create_package, seal_package
from reviews.models import Verdict
from tests.live.people import PASSWORD

NAMES = {"pat": ("Pat Prado", Role.PRODUCER), "carl": ("Carl Cho", Role.CREATOR), "rita": ("Rita Rossi", Role.REVIEWER)}
LONG_NAME = "Barista portrait, hands and face, one unbroken shot in the afternoon light"
GERMAN = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen"
SECONDS_TO_WAIT = 120


class Teller:
    """Makes the world piece by piece; `told` are its addresses: kind to primary key."""

    def __init__(self) -> None:
        self.told: dict[str, str] = {}
        admin = found_organisation(
            by=None,
            name="Southlight Studio",
            admin_email="alice@world.example",
            admin_name="Alice Adler",
            password=PASSWORD,
        )
        self.organisation, self.alice = admin.organisation, admin.user
        set_month_limit(by=self.alice, organisation=self.organisation, limit=Decimal(5000))
        self.pat, self.carl, self.rita = (self._join(short) for short in NAMES)

    def _join(self, short: str) -> User:
        name, role = NAMES[short]
        asked = invite(by=self.alice, organisation=self.organisation, email=f"{short}@world.example", role=role)
        return accept(by=None, invitation=asked, name=name, password=PASSWORD).user

    def keep(self, **rows: Any) -> None:
        """Remember where rows are."""
        self.told |= {name: str(row.pk) for name, row in rows.items()}

    def projects(self) -> None:
        """One in full swing with a budget and an asset, one empty."""
        brief = BriefContent(
            Goal.CONCEPT_DRAFT,
            audience="Regulars and their phones",
            message="Warm by eight: order ahead and pick it up.",
            acceptance_criteria=["The cup is ours", "No text made by the model"],
            deadline=timezone.now() + timedelta(hours=20),
        )
        self.project = create_project(by=self.pat, organisation=self.organisation, name="Autumn launch", brief=brief)
        empty = create_project(
            by=self.pat, organisation=self.organisation, name=GERMAN, brief=BriefContent(Goal.DEMO_CLIP)
        )
        set_project_limit(by=self.alice, project=self.project, limit=Decimal(3000))
        self.asset = add_asset(
            by=self.carl,
            organisation=self.organisation,
            upload=png(harbour()),
            name="Harbour at dawn",
            tags=["harbour"],
            licence=Licence.OWNED,
        )
        version = self.asset.current_version
        self.keep(project=self.project, empty_project=empty, asset=self.asset, asset_version=version)
        self.keep(budget=Budget.objects.get(project=self.project), price=Price.objects.filter(seconds=5).first())

    def shoot(self, name: str, prompt: str, takes: int = 1, image: bool = False) -> tuple[Shot, list[Take]]:
        """A shot, and takes asked for."""
        shot = create_shot(by=self.carl, project=self.project, name=name, description="As the brief says.")
        start = self.asset.current_version if image else None
        route, ratio = (Route.IMAGE, "") if image else (Route.TEXT, "16:9")
        wanted = TakeRequest(route=route, prompt=prompt, seconds=5, sound=image, aspect_ratio=ratio, image=start)
        key = uuid.uuid4().hex
        return shot, request_takes(by=self.carl, shot=shot, wanted=wanted, takes=takes, request_key=key)

    def choose(self, take: Take) -> Version:
        """A rated take becomes a version."""
        rate_take(by=self.carl, take=take, rating=4)
        return select_take(by=self.carl, take=take)

    def review(self, version: Version) -> None:
        """A round that waits for Rita and Pat, with an open note and a resolved one."""
        due = timezone.now() + timedelta(hours=5)
        asked = ask_review(by=self.carl, version=version, reviewers=[self.rita, self.pat], due_at=due)
        add_note(by=self.rita, version=version, text=f"The steam covers the {GERMAN}.", frame=31)
        done = add_note(by=self.pat, version=version, text="Brighter throughout?", frame=60, last_frame=90)
        reply(by=self.carl, note=done, text="It is the next take.")
        resolve_note(by=self.pat, note=done)
        self.keep(version=version, round=asked, clip=version.clip, room_shot=version.shot)

    def deliver(self, version: Version) -> None:
        """Approved, packed and sealed; and a package still open."""
        asked = ask_review(by=self.carl, version=version, reviewers=[self.rita])
        decide(by=self.rita, asked=asked, verdict=Verdict.APPROVE, seen_sha256=asked.file_sha256)
        package = create_package(by=self.pat, project=self.project, name="Teaser, final", message="As agreed.")
        add_to_package(by=self.pat, package=package, version=version)
        seal_package(by=self.pat, package=package)
        begun = create_package(by=self.pat, project=self.project, name="Everything else")
        self.keep(package=package, open_package=begun, approved_version=version)

    def invite_somebody(self) -> None:
        """An invitation that waits."""
        invite(by=self.alice, organisation=self.organisation, email="new@world.example", role=Role.CREATOR)


def wait_for(*takes: Take) -> None:
    """Until the worker has brought them to an end. Raises SystemExit when it takes too long."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while Generation.objects.filter(take__in=takes).unfinished().exists():
        if time.monotonic() > deadline:
            raise SystemExit("The takes did not come to an end.")
        time.sleep(0.2)


def tell() -> None:
    """Make everything; print where it is."""
    teller = Teller()
    teller.projects()
    sheet, choices = teller.shoot("Storefront in the rain", "Rain on the pavement, slow pan to the right", takes=3)
    _, (steam,) = teller.shoot("Steam over the cup", "Steam rises slowly from the cup, static camera", image=True)
    _, (mark,) = teller.shoot(LONG_NAME, "The mark breathes once, a soft light passes over it")
    trouble, (failed,) = teller.shoot("Delivery bike at night", "A courier argues with a driver [kie:moderation]")
    wait_for(*choices, steam, mark, failed)
    _, (running,) = teller.shoot("Bakery at five", "A baker pulls a tray from the oven [kie:never]")
    ready = Generation.objects.filter(take__in=[*choices, steam, mark], state=GenerationState.READY).count()
    if ready != 5:
        raise SystemExit(f"{ready} of 5 takes are ready.")
    teller.review(teller.choose(steam))
    teller.deliver(teller.choose(mark))
    teller.invite_somebody()
    teller.keep(shot=sheet, take=choices[0], trouble=trouble, failed=failed, running=running)
    sys.stdout.write(json.dumps(teller.told))
