"""Run the local stand-in for Kie.ai."""

import logging
import signal
import sys
import threading
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from decimal import Decimal
from pathlib import Path
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError

from assets.providers.standin import FAULTS, StandIn

EPILOG = "Faults, as --fault NAME or as a tag [kie:NAME] in a prompt; NAME=VALUE and NAME*N (first N times) too:\n"


class Command(BaseCommand):
    """`manage.py kie_standin`: answers until Ctrl-C or SIGTERM. Needs no database."""

    help = "Run a local stand-in for Kie.ai: same endpoints, codes, prices and signatures, real MP4 clips, no cost."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.formatter_class = RawDescriptionHelpFormatter
        parser.epilog = EPILOG + "\n".join(f"  {name:<17} {text}" for name, text in FAULTS.items())
        parser.add_argument("--port", type=int, default=8100)
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--latency", type=float, default=2.0, help="seconds that a task takes (2)")
        parser.add_argument("--state-dir", type=Path, help="keeps tasks, uploads and results over a restart")
        parser.add_argument("--record", type=Path, help="append what was accepted and charged to this file instead")
        parser.add_argument("--key", default="", help="the bearer key it wants; none: any")
        parser.add_argument("--webhook-key", default="", help="signs callbacks; none: unsigned")
        parser.add_argument("--balance", type=Decimal, default=Decimal(10_000), help="credits at first (10000)")
        parser.add_argument("--short-side", type=int, default=720, help="pixels of a clip's shorter side (720)")
        parser.add_argument("--fps", type=int, default=24, choices=(24, 30))
        parser.add_argument("--creates-per-10s", type=int, default=20, help="0: no limit (20)")
        parser.add_argument("--asks-per-second", type=int, default=10, help="0: no limit (10)")
        parser.add_argument("--fault", action="append", default=[], metavar="NAME", help="may be given several times")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["verbosity"]:
            _log_to(sys.stderr)
        standin, stop = self._standin(options), threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        with standin:
            self.stdout.write(f"Kie.ai stand-in at {standin.url}, {standin.balance} credits. Ctrl-C stops it.")
            self.stdout.flush()
            stop.wait()

    def _standin(self, options: dict[str, Any]) -> StandIn:
        names = (
            "host", "port", "key", "webhook_key", "latency", "balance", "short_side", "fps",
            "creates_per_10s", "asks_per_second", "state_dir", "record",
        )  # fmt: skip
        try:
            return StandIn(faults=options["fault"], **{name: options[name] for name in names})
        except ValueError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"Can't listen on {options['host']}:{options['port']}: {error.strerror}.") from error


def _log_to(stream: TextIO) -> None:
    """A line for each task, straight to the stream: the stand-in is no part of the product's log."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("stand-in  %(message)s"))
    log = logging.getLogger("kie_standin")
    log.handlers, log.propagate = [handler], False
    log.setLevel(logging.INFO)
