"""An organisation a seed, with its people, its price and a shot; and what they do."""

import os
import random
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import DatabaseError, connections

from assets.actions.attention import Choice, resolve_attention
from assets.actions.cancel import cancel_take
from assets.actions.generate import request_takes
from assets.actions.line import line_stop, open_model, start_line
from assets.models import Attempt, Generation, GenerationState, LineStop, Shot
from assets.providers.standin.record import Charge
from assets.requests import TakeRequest
from projects.crash_points import arm
from projects.errors import Refused
from projects.models import Organisation, User
from projects.roles import Role
from tests.chaos.control import Control
from tests.chaos.plan import Ask, Plan
from tests.factories import MemberFactory, OrganisationFactory, PriceFactory, ProjectFactory, ShotFactory, UserFactory

MADE, REFUSED, BROKEN = 0, 3, 4
# What a person can't wait for or fetch, however often: the task has been followed, and nothing came.
HOPELESS = {"never", "private-link", "result-private"}


@dataclass
class Studio:
    """Alice settles, Carl asks and cancels. `promised`: takes of each key that Carl was told are queued."""

    plan: Plan
    organisation: Organisation
    alice: User
    carl: User
    shot: Shot
    promised: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.rng = random.Random(f"people of {self.plan.seed}")

    def ask(self, ask: Ask, control: Control) -> int:
        """Carl presses the button, in a process of its own: its id. It ends as MADE, REFUSED, BROKEN or KILLED."""
        connections.close_all()
        if child := os.fork():
            return child
        try:
            code = self._press(ask, control)
        except BaseException:
            code = BROKEN
        os._exit(code)

    def _press(self, ask: Ask, control: Control) -> int:
        if ask.crash:
            arm(control.folder / f"ask-{ask.key}")
        wanted = TakeRequest("text", ask.prompt, 5, False, "16:9")
        try:
            request_takes(by=self.carl, shot=self.shot, wanted=wanted, takes=ask.takes, request_key=ask.key)
        except Refused:
            return REFUSED
        return MADE

    def cancel(self) -> None:
        """Carl stops some take; his page may be old."""
        jobs = list(Generation.objects.filter(organisation=self.organisation))
        if jobs:
            try:
                cancel_take(by=self.carl, generation=self.rng.choice(jobs))
            except (Refused, DatabaseError):
                return

    def settle(self, record: dict[str, Charge]) -> int:
        """Alice decides every job that waits for a person by what Kie's record says of it; how many."""
        waiting = Generation.objects.filter(state=GenerationState.NEEDS_ATTENTION, organisation=self.organisation)
        jobs = list(waiting.select_related("take"))
        for job in jobs:
            choice, task_id = self._truth(job, record)
            try:
                resolve_attention(by=self.alice, generation=job, choice=choice, task_id=task_id)
            except (Refused, DatabaseError):  # she looks again in a second
                continue
        return len(jobs)

    def start_line(self) -> bool:
        """Alice starts a line that stands still, and opens models that are closed."""
        for stop in LineStop.objects.open().of_models():
            open_model(by=self.alice, organisation=self.organisation, model=stop.model)
        return bool(line_stop() and start_line(by=self.alice, organisation=self.organisation))

    def _truth(self, job: Generation, record: dict[str, Charge]) -> tuple[Choice, str]:
        tokens = {attempt.token for attempt in Attempt.objects.filter(generation=job)}
        own = [task for task in record.values() if token_of(task) in tokens]
        if not own:
            return self.rng.choice((Choice.RELEASE, Choice.AGAIN)), ""
        task = own[-1]
        hopeless = job.task_id == task.task_id and bool(task.faults & HOPELESS)
        return (Choice.CHARGED, "") if hopeless else (Choice.ADOPT, task.task_id)


def token_of(task: Charge) -> str:
    """The token of the attempt that a task was made for."""
    return task.callback_url.rstrip("/").rpartition("/")[2]


def found_studio(plan: Plan) -> Studio:
    """Rows of its own, so that episodes share processes and nothing else."""
    name = f"Studio {plan.seed}"
    organisation = OrganisationFactory.create(name=name, monthly_limit=Decimal(plan.limit))
    alice, carl = (
        MemberFactory.create(organisation=organisation, user=UserFactory.create(), role=role).user
        for role in (Role.ADMIN, Role.CREATOR)
    )
    PriceFactory.create(organisation=organisation)
    project = ProjectFactory.create(organisation=organisation, created_by=alice)
    return Studio(plan, organisation, alice, carl, ShotFactory.create(project=project, created_by=carl))
