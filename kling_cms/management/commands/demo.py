"""`make demo`: the whole product with made-up data on this machine, no account and no money needed."""

import os
import time
from typing import Any, Never

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from kling_cms.demo.script import PASSWORD, PEOPLE
from kling_cms.demo.server import (
    COMPLETE,
    DemoError,
    Troupe,
    clear_half_made,
    demo_environment,
    on_stop,
    port_is_free,
    wait_for,
    web_command,
)

HOME = ".demo"
KIE_PORT_OFFSET = 1
WATCH_SECONDS = 0.5
# While the data is made the stand-in answers at once; afterwards a take lasts long enough to watch it.
SEEDING_LATENCY, USUAL_LATENCY = "0.5", "12"


class Stopped(Exception):
    """Somebody pressed Ctrl-C."""


def raise_stopped() -> Never:
    """Leave whatever is going on."""
    raise Stopped


class Command(BaseCommand):
    """Starts everything, prints where to go, stops everything on Ctrl-C. `PORT` (8000) and the next port are used."""

    help = "Run the demo: database, stand-in for Kie.ai, worker and web server, with three projects to look at."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        port = self._port()
        kie_port = port + KIE_PORT_OFFSET
        home = settings.BASE_DIR / HOME
        if clear_half_made(home):
            self._step("Removing data that an earlier start left half made")
        troupe = Troupe(demo_environment(settings.BASE_DIR, home, port, kie_port), settings.BASE_DIR)
        on_stop(raise_stopped)
        try:
            self._prepare(troupe)
            self._start(troupe, port, kie_port)
            self._say_hello(port)
            self._watch(troupe)
        except Stopped:
            self.stdout.write("\nStopping …")
        except DemoError as error:
            raise CommandError(str(error)) from error
        finally:
            troupe.stop()
        self.stdout.write("The demo has stopped. Its data stays in .demo; “make demo” goes on with it.")

    def _port(self) -> int:
        text = os.environ.get("PORT") or "8000"
        if not text.isdigit() or not 1 <= int(text) < 65535:
            raise CommandError(f"PORT is {text!r}; give a number from 1 to 65534.")
        for port in (int(text), int(text) + KIE_PORT_OFFSET):
            if not port_is_free(port):
                raise CommandError(f"Port {port} is in use. Choose another: make demo PORT={int(text) + 100}")
        return int(text)

    def _step(self, words: str) -> None:
        self.stdout.write(f"· {words}")
        self.stdout.flush()

    def _prepare(self, troupe: Troupe) -> None:
        self._step("Preparing the database")
        troupe.run("migrate", "--verbosity", "0")
        # Another port or folder than last time is still the demo.
        troupe.run("adopt_deployment", "--verbosity", "0")
        self._step("Collecting styles and scripts")
        troupe.run("collectstatic", "--no-input", "--verbosity", "0")

    def _start(self, troupe: Troupe, port: int, kie_port: int) -> None:
        self._step("Starting the stand-in for Kie.ai and the worker")
        self._start_kie(troupe, kie_port, SEEDING_LATENCY)
        troupe.start("worker", "work")
        made = (settings.BASE_DIR / HOME / COMPLETE).exists()
        self._step(
            "Checking the demo's data" if made else "Making the demo's data (about a minute, only the first time)"
        )
        troupe.run("demo_data")
        (settings.BASE_DIR / HOME / COMPLETE).touch()
        troupe.stop("stand-in")
        self._start_kie(troupe, kie_port, USUAL_LATENCY)
        self._step("Starting the web server")
        troupe.launch("web server", web_command(port))
        wait_for(f"http://127.0.0.1:{port}/healthz", troupe)

    def _start_kie(self, troupe: Troupe, port: int, latency: str) -> None:
        state = str(settings.BASE_DIR / HOME / "kie")
        keys = ["--key", "demo-key", "--webhook-key", "demo-webhook-key"]
        troupe.start(
            "stand-in", "kie_standin", "--port", str(port), "--latency", latency, "--state-dir", state, *keys, "-v", "0"
        )
        wait_for(f"http://127.0.0.1:{port}/", troupe)

    def _say_hello(self, port: int) -> None:
        people = "\n".join(f"  {email:<26} {what}" for email, what in PEOPLE)
        self.stdout.write(
            f"\nKling CMS is at  http://localhost:{port}\n\nLog in as one of these, password “{PASSWORD}”:\n"
            f"{people}\n\n"
            "Mail it would send lies in .demo/mail. Nothing leaves this machine. Ctrl-C stops everything.\n"
        )
        self.stdout.flush()

    def _watch(self, troupe: Troupe) -> None:
        while True:
            if fallen := troupe.fallen():
                raise DemoError(f"The {fallen} stopped by itself; what it said stands above.")
            time.sleep(WATCH_SECONDS)
