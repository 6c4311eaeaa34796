"""The polls of waiting pages beside a bare Django view, measured in a process of their own: CPU in milliseconds.

`python -m tests.bench.engine.polls` prints them as JSON; it writes into the database of DATABASE_URL.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING, Any

import django
from django.test import Client, override_settings

from tests.bench.engine.database import ROOT, SAFE
from tests.bench.measure import side_by_side

if TYPE_CHECKING:
    from assets.models import Take

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WAITING = 4
# What `django-admin startproject` writes, for the yardstick.
PLAIN = {
    "MIDDLEWARE": [
        "django.middleware.security.SecurityMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.common.CommonMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
        "django.middleware.clickjacking.XFrameOptionsMiddleware",
    ],
    "SESSION_ENGINE": "django.contrib.sessions.backends.db",
}
POLL = re.compile(r'hx-get="([^"]+)" hx-trigger="every')


def measure_polls(database_url: str) -> dict[str, tuple[float, float]]:
    """For each waiting page, what its poll and the bare view cost, in milliseconds of CPU."""
    with tempfile.TemporaryDirectory(prefix="kling-bench-polls-") as folder:
        here = {"DATABASE_URL": database_url, "MEDIA_ROOT": f"{folder}/media", "STATIC_ROOT": f"{folder}/static"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.bench.engine.polls"],
            cwd=ROOT,
            env={**os.environ, **SAFE, **here, "ALLOWED_HOSTS": "testserver", "LOG_LEVEL": "ERROR"},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        )
    return {name: (ours, bare) for name, (ours, bare) in json.loads(done.stdout).items()}


def main() -> None:
    """Build a shot with waiting takes, find what its pages poll, measure."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kling_cms.settings")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  # settings are there only now

    call_command("collectstatic", interactive=False, verbosity=0)
    take = _waiting_take()
    ours, bare = Client(), Client()
    with override_settings(ROOT_URLCONF="tests.bench.yardsticks"):
        ours.force_login(take.created_by, backend=BACKEND)
        with override_settings(**PLAIN):
            bare.force_login(take.created_by, backend=BACKEND)
            who = _call(bare, "/bench/who")
            who()  # the middleware is loaded with the first request
        pages = {"takes": f"/shots/{take.shot_id}/", "job": f"/takes/{take.pk}/job/"}
        told = {name: side_by_side(_poll_of(ours, page), who, repeat=20) for name, page in pages.items()}
    sys.stdout.write(json.dumps({name: (mine.cpu, theirs.cpu) for name, (mine, theirs) in told.items()}))


def _waiting_take() -> "Take":
    """The first of some takes of one shot whose clips are being made."""
    from projects.roles import Role  # noqa: PLC0415
    from tests.factories import (  # noqa: PLC0415
        GenerationFactory,
        MemberFactory,
        ProjectFactory,
        ShotFactory,
        TakeFactory,
    )

    member = MemberFactory.create(role=Role.CREATOR)
    project = ProjectFactory.create(organisation=member.organisation, created_by=member.user)
    shot = ShotFactory.create(project=project, created_by=member.user)
    takes = [TakeFactory.create(shot=shot, created_by=member.user) for _ in range(WAITING)]
    for take in takes:
        GenerationFactory.create(take=take, state="running", task_id=f"task_{take.pk}")
    return takes[0]


def _poll_of(client: Client, page: str) -> Callable[[], None]:
    """The call that the page makes every two seconds."""
    answer = client.get(page)
    found = POLL.search(answer.content.decode())
    if found is None:
        raise SystemExit(f"{page} ({answer.status_code}) does not poll.")
    return _call(client, unescape(found[1]), headers={"HX-Request": "true"})


def _call(client: Client, address: str, **more: Any) -> Callable[[], None]:
    def call() -> None:
        answer = client.get(address, **more)
        if answer.status_code not in (200, 204):
            raise SystemExit(f"{address} answered {answer.status_code}")

    return call


if __name__ == "__main__":
    main()
