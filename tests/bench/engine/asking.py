"""Queues jobs as people do, through the action, in a process of its own: `python -m tests.bench.engine.asking`.

It says READY; then each line on its standard input is a number of takes to ask for, answered with "asked" when done.
"""

import os
import sys
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from projects.models import Project, User

TAKES_A_SHOT = 40
MOST = 4


def main() -> None:
    """One studio, then orders until the input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kling_cms.settings")
    django.setup()
    from projects.roles import Role  # noqa: PLC0415  # models exist only after `setup`
    from tests.factories import MemberFactory, OrganisationFactory, ProjectFactory, UserFactory  # noqa: PLC0415

    organisation = OrganisationFactory.create(monthly_limit=Decimal(10**9))
    user = UserFactory.create()
    MemberFactory.create(organisation=organisation, user=user, role=Role.CREATOR)
    project = ProjectFactory.create(organisation=organisation, created_by=user)
    say("READY")
    for line in sys.stdin:
        ask(user, project, int(line))
        say("asked")


def ask(user: "User", project: "Project", takes: int) -> None:
    """That many takes of 5 s, over several shots."""
    from assets.actions.generate import request_takes  # noqa: PLC0415
    from assets.models import Price  # noqa: PLC0415
    from assets.requests import TakeRequest  # noqa: PLC0415
    from tests.factories import TEXT_MODEL, PriceFactory, ShotFactory  # noqa: PLC0415

    if not Price.objects.filter(model=TEXT_MODEL, seconds=5, sound=False).exists():
        PriceFactory.create()
    wanted = TakeRequest("text", "A paper boat crosses a puddle at dawn", 5, False, "16:9")
    for start in range(0, takes, TAKES_A_SHOT):
        shot = ShotFactory.create(project=project, created_by=user)
        for first in range(start, min(start + TAKES_A_SHOT, takes), MOST):
            number = min(MOST, takes - first)
            request_takes(by=user, shot=shot, wanted=wanted, takes=number, request_key=uuid.uuid4().hex)


def say(text: str) -> None:
    """A line for the parent."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
