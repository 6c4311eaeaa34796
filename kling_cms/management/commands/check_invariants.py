"""`manage.py check_invariants`: does everything hold that must always hold?"""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from kling_cms.invariants import EVERYTHING, INVARIANTS, Finding, check


class Command(BaseCommand):
    """Changes nothing. Exit 1 when a row breaks an invariant."""

    help = "Check every invariant of the data: one line each, the offending rows below it, exit 1 on a breach."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--deep` reads every stored clip; `--json` is for machines."""
        parser.add_argument("--deep", action="store_true", help="Also read and probe every stored clip.")
        parser.add_argument("--json", action="store_true", help="One JSON object instead of lines.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Look after all of them and say what was found."""
        found = check(EVERYTHING if options["deep"] else INVARIANTS)
        if options["json"]:
            self.stdout.write(json.dumps([_plain(finding) for finding in found], indent=2))
        else:
            for finding in found:
                self._say(finding)
        if not all(finding.holds for finding in found):
            sys.exit(1)

    def _say(self, finding: Finding) -> None:
        mark = "ok    " if finding.holds else "BROKEN"
        self.stdout.write(f"{mark} {finding.invariant.number:>2}  {finding.invariant.name}")
        for row in finding.rows:
            self.stdout.write(f"           {row}")


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "number": finding.invariant.number,
        "name": finding.invariant.name,
        "holds": finding.holds,
        "rows": finding.rows,
    }
