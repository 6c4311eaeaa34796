"""What makes a process of the product open to blows: it runs as the first thing in each of them."""

import os
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.utils import timezone
from django.utils.module_loading import import_string

from projects.crash_points import arm
from tests.chaos.control import Control, part

DEFECT = "CHAOS_DEFECT"
_true_now = timezone.now


class Chaos(AppConfig):
    """Arms the crash points and lets the clock be set, in workers and web server; the judges' own process is safe."""

    name = "tests.chaos"
    label = "chaos"

    def ready(self) -> None:
        """As the process starts."""
        from django_q.signals import pre_execute  # noqa: PLC0415  # it holds models, which are not there before

        if part():
            control = Control.here()
            arm(control.crash)
            set_clock(control)
            if name := os.environ.get(DEFECT):
                defect = import_string(f"tests.simulation.defects.{name}")
                defect().__enter__()  # for as long as the process lives
            pre_execute.connect(lambda **_: set_clock(control), dispatch_uid="chaos", weak=False)


def set_clock(control: Control) -> None:
    """This process's clock, as wrong as it was told to be; looked at before each task."""
    offset = timedelta(seconds=control.clock_offset(part()))

    def now() -> Any:
        return _true_now() + offset

    timezone.now = now if offset else _true_now
