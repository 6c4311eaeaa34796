"""Every line says whose work it tells of, and nothing in any line opens a door."""

import io
import logging
import re
from collections.abc import Iterator
from logging.config import DictConfigurator

import pytest
import structlog
from django.conf import settings as from_file
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from assets.models import Attempt, Generation
from assets.pipeline.submit import mark_sent
from assets.providers.standin import StandIn
from kling_cms.logs import hide_secrets
from tests.assets.conftest import ask, job, standin  # noqa: F401  # fixtures
from tests.queue_support import advance


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """What the handler of the settings writes, from DEBUG on."""
    configurator = DictConfigurator(from_file.LOGGING)
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(configurator.configure_formatter(configurator.config["formatters"]["lines"]))
    root, web = logging.getLogger(), logging.getLogger("django_structlog")
    levels = root.level, web.level
    monkeypatch.setattr(logging.getLogger("kie_standin"), "propagate", False)  # Kie.ai's own lines are none of ours
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    web.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(levels[0])
    web.setLevel(levels[1])


@pytest.mark.parametrize(
    "text",
    [
        "GET /invitation/s3cr3t/?next=/",
        "Not Found: /webhooks/kie/s3cr3t/",
        r'{"callBackUrl": "https:\/\/cms.example.com\/webhooks\/kie\/s3cr3t\/"}',
        "next=%2Fwebhooks%2Fkie%2Fs3cr3t%2F",
        "/accounts/password/reset/key/s3cr3t/",
        "/accounts/confirm-email/s3cr3t/",
        "Cookie: sessionid=s3cr3t; csrftoken=s3cr3t",
        "https://bucket.example.com/clip.mp4?X-Amz-Signature=s3cr3t&x=1",
        "Authorization: Bearer s3cr3t",
        "redis://user:s3cr3t@redis:6379/0",
    ],
)
def test_what_opens_something_is_hidden(text: str) -> None:
    line = hide_secrets(None, "info", text)
    assert "s3cr3t" not in line
    assert "…" in line


def test_other_words_stay_as_they_are() -> None:
    line = "GET /projects/1/ 200 https://cms.example.com:8000/?page=2 kari@example.com"
    assert hide_secrets(None, "info", line) == line


@pytest.mark.parametrize("name", ["SECRET_KEY", "KIE_API_KEY", "KIE_WEBHOOK_KEY"])
def test_our_own_secrets_are_hidden_wherever_they_turn_up(settings: Settings, lines: io.StringIO, name: str) -> None:
    setattr(settings, name, 's3cr3t-"of-ours\\')
    try:
        raise ValueError(f"refused: {getattr(settings, name)}")
    except ValueError as error:
        structlog.get_logger("test").exception("failed", nested={"deep": [getattr(settings, name)]}, error=error)
    assert "failed" in lines.getvalue()
    assert "s3cr3t" not in lines.getvalue()


def test_the_password_of_the_database_is_hidden(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES["default"], "PASSWORD", "s3cr3t-of-ours")
    assert "s3cr3t" not in hide_secrets(None, "info", "connection failed: password s3cr3t-of-ours is wrong")


@pytest.mark.django_db
@pytest.mark.usefixtures("standin")
def test_each_line_of_a_jobs_step_names_the_job(
    job: Generation,  # noqa: F811
    lines: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def tell(attempt: Attempt) -> bool:
        logging.getLogger("some.package").warning("a line of its own")
        return mark_sent(attempt)

    monkeypatch.setattr("assets.pipeline.submit.mark_sent", tell)
    logging.getLogger("before").warning("nobody's line")
    advance(job)
    nobodys, *jobs = [line for line in lines.getvalue().splitlines() if "debug" not in line]
    assert str(job.pk) not in nobodys
    assert len(jobs) >= 2
    assert all(str(job.pk) in line for line in jobs)


@pytest.mark.django_db
def test_a_life_of_a_job_tells_no_secret(
    job: Generation,  # noqa: F811
    standin: StandIn,  # noqa: F811
    lines: io.StringIO,
    settings: Settings,
    carls: Client,
) -> None:
    settings.PUBLIC_URL, settings.KIE_WEBHOOK_KEY = "https://cms.example.com", "webhook-key-of-nobody"
    advance(job)
    token = job.attempts.get().token
    carls.get(reverse("take_job", args=[job.take_id]))
    for address in (token, "0" * 32):
        carls.post(reverse("kie_callback", args=[address]), b"{}", content_type="application/json")
    standin.complete()
    advance(job)
    session = carls.cookies[settings.SESSION_COOKIE_NAME].value
    secrets = (token, "0" * 32, session, settings.KIE_API_KEY, settings.KIE_WEBHOOK_KEY, settings.SECRET_KEY)
    assert "clip ready" in lines.getvalue()
    assert [secret for secret in secrets if secret in lines.getvalue()] == []


@pytest.mark.django_db
def test_each_line_of_a_request_has_its_id(carls: Client, lines: io.StringIO) -> None:
    carls.get("/no-such-page/")
    written = [line for line in lines.getvalue().splitlines() if "no-such-page" in line]
    assert len(written) == 3, "begun, ended, not found"
    ids = [re.findall(r"request_id\W+([0-9a-f-]{36})", line) for line in written]
    assert ids[0]
    assert ids == [ids[0]] * 3
