"""What people do: ask, ask twice, cancel, and settle truthfully what only a person may settle."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from assets.actions.attention import Choice, resolve_attention
from assets.actions.cancel import cancel_take
from assets.actions.generate import request_takes
from assets.actions.line import line_stop, open_model, start_line
from assets.models import Generation, GenerationState, LineStop
from assets.requests import TakeRequest
from projects.errors import Refused
from tests.simulation.kie import SimKie, Task
from tests.simulation.studio import Studio


@dataclass
class People:
    """Carl asks and cancels, Alice looks into Kie's log and settles. `promised`: takes of each key asked for."""

    rng: Random
    studio: Studio
    kie: SimKie
    promised: dict[str, int] = field(default_factory=dict)
    refused: int = 0

    def ask(self, key: str, takes: int) -> None:
        """One press on the button."""
        shot = self.studio.shots[sum(map(ord, key)) % len(self.studio.shots)]
        wanted = TakeRequest("text", f"A boat, {key}", 5, False, "16:9")
        try:
            made = request_takes(by=self.studio.carl, shot=shot, wanted=wanted, takes=takes, request_key=key)
        except Refused:
            self.refused += 1
            return
        self.promised[key] = len(made)

    def cancel(self) -> None:
        """Stop some take; Carl's page may be old, so it may be on its way by now."""
        jobs = list(Generation.objects.order_by("take__request_key"))
        if jobs:
            try:
                cancel_take(by=self.studio.carl, generation=self.rng.choice(jobs))
            except Refused:
                self.refused += 1

    def settle(self) -> None:
        """Start the line if it stands still, open closed models, and settle every job that waits for a person."""
        if line_stop():
            start_line(by=self.studio.alice, organisation=self.studio.organisation)
        for stop in LineStop.objects.open().of_models().order_by("model"):
            open_model(by=self.studio.alice, organisation=self.studio.organisation, model=stop.model)
        waiting = Generation.objects.filter(state=GenerationState.NEEDS_ATTENTION).select_related("take")
        for job in waiting.order_by("take__request_key"):
            choice, task_id = self._truth(job)
            try:
                resolve_attention(by=self.studio.alice, generation=job, choice=choice, task_id=task_id)
            except Refused:
                self.refused += 1

    def _truth(self, job: Generation) -> tuple[Choice, str]:
        """What Kie's log says of the job."""
        task = self._task_of(job)
        if task is None:
            return self.rng.choice((Choice.RELEASE, Choice.AGAIN)), ""
        endless = task.end == "never" and job.task_id == task.task_id  # followed already, and nothing came
        return (Choice.CHARGED, "") if endless else (Choice.ADOPT, task.task_id)

    def _task_of(self, job: Generation) -> Task | None:
        tokens = [attempt.token for attempt in job.attempts.order_by("number")]
        own = [task for task in self.kie.tasks.values() if any(task.callback_url.endswith(f"{t}/") for t in tokens)]
        return own[-1] if own else None
