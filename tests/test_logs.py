"""A token that opens something never reaches a log line."""

import logging
from logging.config import DictConfigurator

import pytest
from django.conf import settings

from kling_cms.logs import hide_tokens


@pytest.mark.parametrize(
    "path",
    [
        "/invitation/s3cr3t/",
        "/webhooks/kie/s3cr3t/",
        "/accounts/password/reset/key/s3cr3t/",
        "/accounts/confirm-email/s3cr3t/",
    ],
)
def test_the_token_of_an_address_is_hidden(path: str) -> None:
    line = hide_tokens(None, "info", {"request": f"GET {path}?next=/", "event": f"Not Found: {path}"})
    assert "s3cr3t" not in str(line)
    assert path.partition("s3cr3t")[0] in str(line["request"])


def test_other_values_stay_as_they_are() -> None:
    line = {"event": "GET /projects/1/", "code": 200, "took": 0.2}
    assert hide_tokens(None, "info", dict(line)) == line


def test_the_handler_of_the_settings_hides_them() -> None:
    configurator = DictConfigurator(settings.LOGGING)
    formatter = configurator.configure_formatter(configurator.config["formatters"]["lines"])
    record = logging.makeLogRecord({"name": "django.request", "msg": "Not Found: %s", "args": ("/invitation/s3cr3t/",)})
    assert "Not Found: /invitation/…/" in formatter.format(record)
