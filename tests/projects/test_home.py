"""Home's figures."""

from decimal import Decimal

from django.test import Client

from projects.actions.money import hold
from projects.models import Project, User


def test_the_engine_shows_what_the_ledger_holds(alices: Client, project: Project, alice: User) -> None:
    hold(organisation=project.organisation, project=project, key="generation:1", credits=Decimal(55), by=alice, what="")
    engine = alices.get("/").context["engine"]
    assert (engine.settled, engine.held) == (0, 55)
