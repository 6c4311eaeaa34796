"""A local Kie.ai and jobs that were asked for through the front door."""

from collections.abc import Callable, Iterator

import pytest
from pytest_django import Settings

from assets.actions.generate import request_takes
from assets.models import Generation, Price, Shot
from assets.providers.standin import StandIn
from assets.requests import TakeRequest
from projects.models import User
from tests.factories import PriceFactory

type Ask = Callable[..., Generation]


@pytest.fixture
def standin(settings: Settings) -> Iterator[StandIn]:
    """Kie.ai on this machine; tasks end when `complete` is called. The product talks to it."""
    with StandIn(latency=None, short_side=64) as server:
        settings.KIE_API_URL = settings.KIE_UPLOAD_URL = server.url
        settings.KIE_API_KEY = "test-key-of-nobody"
        settings.OUTGOING_ALLOWED = [server.address]
        settings.PUBLIC_URL = ""
        yield server


@pytest.fixture
def ask(carl: User, shot: Shot) -> Ask:
    """Ask for one take of 5 s with this prompt: its job, queued, with its hold of 55 credits."""
    Price.objects.all().delete()
    PriceFactory.create()

    def one(prompt: str = "A paper boat crosses a puddle", key: str = "") -> Generation:
        wanted = TakeRequest("text", prompt, 5, False, "16:9")
        take = request_takes(by=carl, shot=shot, wanted=wanted, takes=1, request_key=key or prompt[:60])[0]
        return take.generation

    return one


@pytest.fixture
def job(ask: Ask) -> Generation:
    """One queued job."""
    return ask()
