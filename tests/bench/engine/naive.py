"""A rival: the queue as one writes it first. A task makes the whole job and waits in it; two workers."""

import json
import os
import subprocess
import sys
import time

import django
from django.core.management import call_command

from tests.bench.engine.rival import Order, run_rival
from tests.bench.engine.threads import new_client, whole_job

SETTINGS = "tests.bench.engine.naive_settings"


def task(order: str) -> tuple[str, float]:
    """What the queue calls."""
    with new_client() as client:
        return whole_job(Order(**json.loads(order)), client)


def work(order: Order) -> dict[str, float]:
    """Queue all jobs and wait for their results."""
    from django_q.models import Success  # noqa: PLC0415  # Django is set up by now, not when this is imported
    from django_q.tasks import async_task  # noqa: PLC0415

    for _ in range(order.jobs):
        async_task("tests.bench.engine.naive.task", sys.argv[1])
    while Success.objects.count() < order.jobs:
        time.sleep(0.05)
    return dict(Success.objects.values_list("result", flat=True))


def main() -> None:
    """The cluster as a child, then the order."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    django.setup()
    call_command("migrate", verbosity=0)
    with subprocess.Popen([sys.executable, "-m", "django", "qcluster"]) as cluster:
        try:
            time.sleep(3)  # its own start is not what is compared
            run_rival(work)
        finally:
            cluster.terminate()


if __name__ == "__main__":
    main()
