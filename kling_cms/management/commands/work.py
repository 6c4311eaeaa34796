"""`manage.py work`: everything that happens without a request, in one command."""

import contextlib
import gc
import time
from argparse import ArgumentParser
from typing import Any

import structlog
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.urls import reverse
from django.utils import timezone

from assets.pipeline.garbage import FOLDERS
from assets.pipeline.sweep import sweep, tidy
from kling_cms.cluster import Cluster, cluster_command
from kling_cms.lifeline import die_with_parent
from kling_cms.media_room import MediaRoom
from kling_cms.supervisor import Supervisor, pulse_folder
from projects.allocator import keep_freed_memory
from projects.deployment import differences
from projects.heartbeats import Heart
from projects.queue import MEDIA, enqueue

COLLECT_GARBAGE = "assets.tasks.collect_garbage"
CHECK_INVARIANTS = "kling_cms.tasks.check_invariants"
NO_KEY = (
    "KIE_API_KEY is empty: Kie.ai will refuse whatever this worker asks, and the line stops for all."
    " Set the same key on every machine that works."
)
QUEUE: dict[str, Any] = settings.Q_CLUSTER
# How many workers each cluster has.
CLUSTERS: dict[str, int] = {QUEUE["name"]: QUEUE["workers"], MEDIA: QUEUE["ALT_CLUSTERS"][MEDIA]["workers"]}


def load_what_forks_share() -> None:
    """The addresses of our pages, of which a callback's is one: half a second and some memory, once for all workers.

    No worker's collector goes through what was loaded before the fork, so that those pages stay shared.
    """
    reverse("kie_callback", kwargs={"token": "0" * 32})
    gc.collect()
    gc.freeze()


class Command(BaseCommand):
    """Supervises the clusters of workers and beats the metronome, until SIGTERM or Ctrl-C."""

    help = "Run the workers: they submit, follow and fetch generations, draw pictures and send mail."
    # The children start and restart with it; what the checks look at, pages for the most part, they never use.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--cluster` and `--parent` are for the command's own children."""
        parser.add_argument(
            "--pictures",
            action="store_true",
            help="Only draw, for workers elsewhere: needs DATABASE_URL, the storage and SECRET_KEY, nothing more.",
        )
        parser.add_argument("--cluster", default="", help="Run this one cluster only (used by the command itself).")
        parser.add_argument("--parent", type=int, default=0, help="End when this process is gone (the same).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Supervise, or be one of the clusters."""
        if options["cluster"]:
            self.be_cluster(options["cluster"], options["parent"])
        else:
            self.supervise(pictures=options["pictures"])

    def be_cluster(self, name: str, parent: int) -> None:
        """One cluster, in this process and its forks; none of them outlives its parent."""
        structlog.contextvars.bind_contextvars(cluster=name)
        if parent:
            die_with_parent(parent)
        keep_freed_memory()
        if name != MEDIA:
            load_what_forks_share()
        call_command("qcluster")

    def supervise(self, *, pictures: bool) -> None:
        """All clusters and the metronome, or the one cluster that draws `pictures`, which counts as no worker."""
        self.heart = Heart()
        chosen = {MEDIA: CLUSTERS[MEDIA]} if pictures else CLUSTERS
        with pulse_folder() as folder, contextlib.suppress(KeyboardInterrupt):
            self.room = MediaRoom(folder)
            self.room.watch()  # first: the clusters learn from their environment where it is
            clusters = [
                Cluster(name, cluster_command(name), folder / name, workers) for name, workers in chosen.items()
            ]
            if pictures:
                self.stdout.write("Drawing: one cluster. Stop with Ctrl-C.")
                Supervisor(clusters, tick=self.room.watch).run()
            else:
                self.say_what_is_amiss()
                self.stdout.write("Working: two clusters and the metronome. Stop with Ctrl-C.")
                Supervisor(clusters, tick=self.tick, tidy=self.tidy).run()
            self.room.close()
            self.heart.stop()

    def say_what_is_amiss(self) -> None:
        """What keeps this worker from sending: each sending finds out itself, here it is told before the first one."""
        if not settings.KIE_API_KEY:
            self.stdout.write(NO_KEY)
        with contextlib.suppress(DatabaseError):  # one that is away stops nobody
            if found := differences():
                self.stdout.write(f"Safe mode: another deployment's database ({', '.join(found)}). Nothing is sent.")

    def tick(self) -> float | None:
        """One beat: connections that have aged or broken are closed first. In how many seconds the next is wanted."""
        self.room.watch()
        close_old_connections()
        swept = sweep()
        self.heart.beat()  # last: a metronome that can't sweep is not well, and its silence says so
        return (swept.next_at - timezone.now()).total_seconds() if swept.next_at else None

    def tidy(self) -> None:
        """Once a minute: what got lost is put on the queue again, and everything is looked after."""
        tidy()
        enqueue(CHECK_INVARIANTS, "recent")
        # A folder a minute: all of them within four and a half hours, wherever the counting began.
        enqueue(COLLECT_GARBAGE, str(int(time.time() // 60) % FOLDERS), cluster=MEDIA)
