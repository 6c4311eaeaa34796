"""The demo's story: Northlight Studio and its three projects, told through the product's own actions.

A running worker and a provider (the stand-in) make the takes; this module asks, waits, judges and hands over.
"""

import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from assets.actions.attention import Choice, resolve_attention
from assets.actions.cancel import cancel_take
from assets.actions.generate import request_takes
from assets.actions.library import add_asset
from assets.actions.line import line_stop, start_line
from assets.actions.shots import create_shot
from assets.actions.takes import discard_take, rate_take, select_take
from assets.actions.waiting import end_waiting
from assets.models import Asset, Generation, Licence, Shot, Take, Version
from assets.models.generation import GenerationState
from assets.requests import TakeRequest
from kling_cms.demo.pictures import PICTURES, png
from kling_cms.demo.script import BROKE, FAILURES, LIVE, ORGANISATION, PASSWORD, PEOPLE, SCENES, STRANGE, Scene
from projects.actions.budgets import set_month_limit, set_project_limit
from projects.actions.invitations import accept, invite
from projects.actions.organisations import found_organisation
from projects.actions.projects import BriefContent, create_project
from projects.goals import Goal, Route
from projects.models import Organisation, Project, User
from projects.roles import Role
from reviews.actions.asking import ask_review
from reviews.actions.decisions import decide
from reviews.actions.notes import add_note, reply, resolve_note
from reviews.actions.packages import add_all, create_package, record_download, seal_package
from reviews.models import Round, Verdict

ROLES = {"pat": Role.PRODUCER, "carl": Role.CREATOR, "rita": Role.REVIEWER}
SECONDS_TO_WAIT = 300.0
LOOK_EVERY = 0.25
MACHINE = (GenerationState.QUEUED, GenerationState.SUBMITTING, GenerationState.RUNNING, GenerationState.FETCHING)

type Say = Callable[[str], None]


class DemoStoryError(Exception):
    """The story can't go on, because the worker or the stand-in did not do their part."""


@dataclass
class Story:
    """What has been made so far."""

    say: Say
    people: dict[str, User] = field(default_factory=dict)
    assets: dict[str, Asset] = field(default_factory=dict)
    takes: dict[str, list[Take]] = field(default_factory=dict)
    organisation: Organisation = field(init=False)

    def tell(self) -> None:
        """Make everything, in the order in which a team would."""
        self._found()
        self._fill_library()
        delivered, busy, _ = self._open_projects()
        self.say("Asking for takes")
        for scene in SCENES:
            self._shoot(delivered if scene.delivered else busy, scene)
        self._wait_for(take for takes in self.takes.values() for take in takes)
        self.say("Reviewing")
        self._judge()
        self.say("Delivering")
        self._deliver(delivered)
        self.say("Adding failures and running jobs")
        self._add_trouble(busy)

    def _found(self) -> None:
        (email, title), *others = PEOPLE
        admin = found_organisation(
            by=None, name=ORGANISATION, admin_email=email, admin_name=title.partition(",")[0], password=PASSWORD
        )
        self.organisation, alice = admin.organisation, admin.user
        self.people["alice"] = alice
        for address, who in others:
            short = address.partition("@")[0]
            invitation = invite(by=alice, organisation=self.organisation, email=address, role=ROLES[short])
            name = who.partition(",")[0]
            self.people[short] = accept(by=None, invitation=invitation, name=name, password=PASSWORD).user
        set_month_limit(by=alice, organisation=self.organisation, limit=Decimal(6000))

    def _fill_library(self) -> None:
        self.say("Drawing brand assets")
        for name, (draw, tags) in PICTURES.items():
            self.assets[name] = add_asset(
                by=self.people["carl"],
                organisation=self.organisation,
                upload=png(draw()),
                original_name=f"{name}.png",
                name=name,
                tags=tags,
                licence=Licence.OWNED,
                expires_on=(timezone.now() + timedelta(days=20)).date() if name == "Campaign slide" else None,
            )

    def _open_projects(self) -> tuple[Project, Project, Project]:
        pat = self.people["pat"]
        now = timezone.now()

        def opened(name: str, client: str, brief: BriefContent) -> Project:
            return create_project(by=pat, organisation=self.organisation, name=name, client=client, brief=brief)

        delivered = opened(
            "Harbour lights teaser",
            "Hafenkaffee",
            BriefContent(
                Goal.CONCEPT_DRAFT,
                audience="People on their way to work",
                message="The first coffee of the day is by the water.",
                acceptance_criteria=["The harbour is recognisable", "Warm light, no neon", "Five seconds are enough"],
                deadline=now + timedelta(days=1),
            ),
        )
        busy = opened(
            "Autumn launch",
            "Hafenkaffee",
            BriefContent(
                Goal.DEMO_CLIP,
                audience="Regulars and their phones",
                message="Warm by eight: order ahead and pick it up.",
                acceptance_criteria=["The cup is ours", "The app is readable", "No text made by the model"],
                deadline=now + timedelta(days=6),
            ),
        )
        empty = opened(
            "Winter menu",
            "Hafenkaffee",
            BriefContent(Goal.VISUAL_VARIATION, message="Cardamom, orange, smoke.", deadline=now + timedelta(days=30)),
        )
        set_project_limit(by=self.people["alice"], project=busy, limit=Decimal(3500))
        return delivered, busy, empty

    def _shoot(self, project: Project, scene: Scene) -> Shot:
        carl = self.people["carl"]
        shot = create_shot(by=carl, project=project, name=scene.name, description=scene.description)
        if scene.takes:
            self.takes[scene.name] = self._ask(shot, scene.prompt, scene.takes, scene.asset)
        return shot

    def _ask(self, shot: Shot, prompt: str, takes: int, asset: str = "") -> list[Take]:
        image = self.assets[asset].current_version if asset else None
        route = Route.IMAGE if asset else Route.TEXT
        ratio = "" if asset else "16:9"
        wanted = TakeRequest(route=route, prompt=prompt, seconds=5, sound=False, aspect_ratio=ratio, image=image)
        return request_takes(
            by=self.people["carl"], shot=shot, wanted=wanted, takes=takes, request_key=uuid.uuid4().hex
        )

    def _wait_for(self, takes: Iterable[Take]) -> None:
        waiting = [take.pk for take in takes]
        deadline = time.monotonic() + SECONDS_TO_WAIT
        said = -1
        while unfinished := Generation.objects.filter(take__in=waiting).unfinished().count():
            if time.monotonic() > deadline:
                raise DemoStoryError("The takes did not get ready. Is the worker running (manage.py work)?")
            if unfinished != said:
                said = unfinished
                self.say(f"  {len(waiting) - unfinished} of {len(waiting)} takes are ready")
            time.sleep(LOOK_EVERY)
        good = Generation.objects.filter(take__in=waiting, state=GenerationState.READY).count()
        if good < len(waiting):
            raise DemoStoryError(f"{len(waiting) - good} takes failed; the stand-in should have made them.")

    def _select(self, name: str, place: int = 0) -> Version:
        take = self.takes[name][place]
        rate_take(by=self.people["carl"], take=take, rating=4)
        return select_take(by=self.people["carl"], take=take)

    def _ask_for(self, version: Version, *who: str, due: timedelta, message: str = "") -> Round:
        people = [self.people[name] for name in who]
        due_at = timezone.now() + due
        return ask_review(by=self.people["carl"], version=version, reviewers=people, due_at=due_at, message=message)

    def _decide(self, asked: Round, who: str, verdict: Verdict, reason: str = "") -> None:
        decide(by=self.people[who], asked=asked, verdict=verdict, seen_sha256=asked.file_sha256, reason=reason)

    def _note(self, version: Version, text: str, frame: int | None, *answers: tuple[str, str]) -> None:
        note = add_note(by=self.people["rita"], version=version, text=text, frame=frame)
        for who, words in answers:
            reply(by=self.people[who], note=note, text=words)
        if answers:
            resolve_note(by=self.people["rita"], note=note)

    def _judge(self) -> None:
        carl = self.people["carl"]
        for name in (scene.name for scene in SCENES if scene.ends == "approved"):
            asked = self._ask_for(self._select(name), "rita", due=timedelta(days=2))
            self._note(asked.version, "The light is right. Keep it.", 48, ("carl", "Kept for the series."))
            self._decide(asked, "rita", Verdict.APPROVE)
        first = self._select("Opening: first light", 0)
        asked = self._ask_for(first, "rita", "pat", due=timedelta(days=1))
        self._note(first, "The trawler jumps here. Hold the push a little longer.", 31, ("carl", "Take 2 holds it."))
        self._decide(asked, "rita", Verdict.REQUEST_CHANGES, "The camera arrives too early; see the note.")
        second = self._select("Opening: first light", 1)
        # Two seconds from now is overdue as soon as somebody looks.
        late = self._ask_for(second, "rita", "pat", due=timedelta(seconds=2), message="Is the push slow enough now?")
        self._note(second, "Better. The last second still feels rushed.", 96)
        self._decide(late, "pat", Verdict.APPROVE)
        self._ask_for(self._select("Steam over the cup"), "rita", due=timedelta(hours=20))
        wanted = self._ask_for(self._select("Order ahead, pick up"), "rita", due=timedelta(days=1))
        self._note(wanted.version, "The thumb hides the button.", 60)
        self._note(wanted.version, "Could the screen be a little brighter throughout?", None)
        self._decide(wanted, "rita", Verdict.REQUEST_CHANGES, "Readable app, please: see both notes.")
        triage = self.takes["Storefront in the rain"]
        rate_take(by=carl, take=triage[0], rating=3)
        discard_take(by=carl, take=triage[2], reason="artefacts")

    def _deliver(self, project: Project) -> None:
        pat = self.people["pat"]
        package = create_package(by=pat, project=project, name="Teaser, final", message="Two clips, as agreed.")
        versions = Version.objects.filter(shot__project=project).order_by("shot__number")
        add_all(by=pat, package=package, versions=versions)
        seal_package(by=pat, package=package)
        record_download(by=pat, package=package)

    def _add_trouble(self, project: Project) -> None:
        carl = self.people["carl"]
        shot = create_shot(by=carl, project=project, name="Delivery bike at night")
        self._run_out_of_credits(shot)
        for prompt in FAILURES:
            self._ask(shot, prompt, 1)
        strange = [take.generation for prompt in STRANGE for take in self._ask(shot, prompt, 1)]
        live = create_shot(by=carl, project=project, name="Bakery at five")
        for prompt in LIVE:
            self._ask(live, prompt, 1)
        with transaction.atomic():  # no worker sees it before it is cancelled
            (regretted,) = self._ask(live, "The same tray again, closer", 1)
            cancel_take(by=carl, generation=regretted.generation)
        self._until(lambda: not Generation.objects.filter(take__shot=shot, state__in=MACHINE).exists(), "settle")
        resolve_attention(by=self.people["alice"], generation=strange[0], choice=Choice.CHARGED)

    def _run_out_of_credits(self, shot: Shot) -> None:
        """Kie refuses one take for want of credits; the admin ends it and starts the line again."""
        alice = self.people["alice"]
        self._ask(shot, BROKE, 1)
        self._until(lambda: line_stop() is not None, "be refused for want of credits")
        end_waiting(by=alice, organisation=self.organisation)
        start_line(by=alice, organisation=self.organisation)

    def _until(self, true: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + SECONDS_TO_WAIT
        while not true():
            if time.monotonic() > deadline:
                raise DemoStoryError(f"The takes did not {what} in time. Is the worker running (manage.py work)?")
            time.sleep(LOOK_EVERY)


def is_told() -> bool:
    """Whether the demo's organisation is there."""
    return Organisation.objects.filter(name=ORGANISATION).exists()
