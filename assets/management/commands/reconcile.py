"""`manage.py reconcile`: does Kie's balance agree with the ledger?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assets.actions.reconcile import reconcile
from assets.pipeline.account import check_account
from projects.errors import Refused
from projects.templatetags.house import credits as in_credits
from projects.templatetags.house import number


class Command(BaseCommand):
    """Reads the balance, then closes a window as the daily round does. Exit 1 when credits are missing."""

    help = "Lay Kie's balance beside the ledger since the last time; exit 1 when Kie took more than was booked."

    def handle(self, *args: Any, **options: Any) -> None:
        """One figure a line."""
        check_account()
        try:
            run = reconcile()
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{run}: {number(run.before)} before, {number(run.after)} after")
        self.stdout.write(f"  booked by the ledger        {in_credits(run.booked)}")
        self.stdout.write(f"  explained by jobs in flight {in_credits(run.in_flight)}")
        self.stdout.write(f"  topped up or given back     {in_credits(run.topped_up)}")
        self.stdout.write(f"  drift                       {in_credits(run.drift)}")
        if run.drift:
            sys.exit(1)
