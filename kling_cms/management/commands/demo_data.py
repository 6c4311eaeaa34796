"""Fill an empty database with the demo's story; needs a running worker and stand-in."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kling_cms.demo.data import DemoStoryError, Story, is_told
from projects.errors import Refused


class Command(BaseCommand):
    """Does nothing when the demo's organisation is there already."""

    help = "Make the demo's organisation, people, assets, projects, reviews and delivery."

    def handle(self, *args: Any, **options: Any) -> None:
        if is_told():
            self.stdout.write("  it is there already")
            return
        try:
            Story(say=lambda words: self.stdout.write(f"  {words}")).tell()
        except (DemoStoryError, Refused) as error:
            raise CommandError(str(error)) from error
