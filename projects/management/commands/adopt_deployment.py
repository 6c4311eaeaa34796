"""`manage.py adopt_deployment`: this is the deployment that the database works for."""

from typing import Any

from django.core.management.base import BaseCommand

from projects.actions.deployment import adopt_deployment


class Command(BaseCommand):
    """For people without a browser; the same as the button on the banner."""

    help = (
        "End safe mode: bind the database to this deployment, so that takes are submitted and mails go out from here."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Bind and say what differed."""
        if found := adopt_deployment():
            self.stdout.write(f"The database works for this deployment now. What differed: {', '.join(found)}.")
        elif options["verbosity"]:
            self.stdout.write("The database works for this deployment already.")
