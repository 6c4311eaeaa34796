"""Kie's callbacks, real and forged, through the real view."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random

from django.conf import settings
from django.http import Http404
from django.test import RequestFactory
from django.utils import timezone

from assets.models import Attempt
from assets.providers.kie_webhook import SIGNATURE_HEADER, TIMESTAMP_HEADER, callback_signature
from assets.views.webhooks import kie_callback
from tests.simulation.kie import SimKie, Task

type Plan = tuple[float, str, Callable[[], object]]


@dataclass
class Knocks:
    """Plans what comes for a task: seconds from its acceptance, a name, and the call."""

    rng: Random
    kie: SimKie
    stormy: bool = True

    def plan(self, task: Task, kind: str) -> Iterator[Plan]:
        """The callbacks of one task."""
        done = (task.done_at - task.accepted_at).total_seconds()
        token = task.callback_url.rstrip("/").rpartition("/")[2]
        usual: Plan = (done, task.task_id, lambda: self.knock(token, task.task_id))
        if kind == "early":
            yield 0.0, f"{task.task_id} early", usual[2]
        if kind in ("once", "twice", "early", "wrong-task", "forged"):
            yield usual
        if kind in ("twice", "late"):
            yield done + self.rng.choice((1, 700, 4000)), f"{task.task_id} late", usual[2]
        if kind == "wrong-task":
            for delay in (1.0, 40.0):
                yield delay, f"{task.task_id} wrong", lambda: self.knock(token, self._other(task))
        if kind == "forged":
            yield 2.0, f"{task.task_id} forged", lambda: self.knock("f" * 32, task.task_id)

    def knock(self, token: str, task_id: str) -> int:
        """POST it; the status of the answer."""
        stamp = str(int(timezone.now().timestamp()))
        headers = {
            TIMESTAMP_HEADER: stamp,
            SIGNATURE_HEADER: callback_signature(task_id, stamp, settings.KIE_WEBHOOK_KEY or "none"),
        }
        body = json.dumps({"code": 200, "data": {"taskId": task_id, "state": "success"}})
        request = RequestFactory().post(
            f"/webhooks/kie/{token}/", body, content_type="application/json", headers=headers
        )
        try:
            return int(kie_callback(request, token).status_code)
        except Http404:
            return 404

    def _other(self, task: Task) -> str:
        """A task of somebody else, one that nobody has booked if there is any."""
        others = sorted(other for other in self.kie.tasks if other != task.task_id)
        booked = set(Attempt.objects.values_list("task_id", flat=True))
        others = [other for other in others if other not in booked] or others
        return self.rng.choice(others) if others else "task_of_nobody"
