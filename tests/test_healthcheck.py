"""The container's health check asks the local web server by a name that it answers to."""

from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from kling_cms.healthcheck import host_name, is_well


class OneAnswer(BaseHTTPRequestHandler):
    """Answers 200 for the health page under its own name, 400 otherwise."""

    def do_GET(self) -> None:
        is_asked_well = self.path == "/healthz" and self.headers["Host"] == "cms.example.com"
        self.send_response(200 if is_asked_well else 400)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


@pytest.mark.parametrize(
    ("environ", "name"),
    [
        ({"ALLOWED_HOSTS": "cms.example.com,other.example.com"}, "cms.example.com"),
        ({"ALLOWED_HOSTS": ".example.com"}, "example.com"),
        ({"PUBLIC_URL": "https://cms.example.com:8443"}, "cms.example.com"),
        ({"ALLOWED_HOSTS": "*"}, "localhost"),
        ({}, "localhost"),
    ],
)
def test_the_host_is_one_that_is_allowed(environ: dict[str, str], name: str) -> None:
    assert host_name(environ) == name


@pytest.mark.parametrize(("host", "well"), [("cms.example.com", True), ("wrong.example.com", False)])
def test_well_means_the_health_page_says_so(host: str, well: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", host)
    with HTTPServer(("127.0.0.1", 0), OneAnswer) as server:
        thread = Thread(target=server.handle_request)
        thread.start()
        assert is_well(server.server_port) is well
        thread.join()


def test_nobody_there_is_not_well() -> None:
    with HTTPServer(("127.0.0.1", 0), OneAnswer) as server:
        port = server.server_port
    assert not is_well(port)
