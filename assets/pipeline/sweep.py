"""The sweeper: puts on the queue again whatever our own rows say is due. The queue may lose anything; this may not."""

import contextlib
import shutil
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from time import time

from django.db.models import Q
from django.utils import timezone

from assets.actions.fetching import alarm_unfetched
from assets.actions.generate import SUBMIT
from assets.models import Clip, Generation, GenerationState
from assets.pipeline.clock import MINUTE, REDELIVER
from assets.pipeline.due import put_due
from assets.pipeline.fetch import DRAW, TEMPORARY
from assets.pipeline.strays import sweep_strays
from assets.pipeline.turns import BATCH, next_turns
from assets.pipeline.unknown import ADVANCE
from projects.actions.notifications import ask_again_for_lost_mail
from projects.queue import MEDIA, enqueue

CHECK_ACCOUNT = "assets.tasks.check_account"


@dataclass(frozen=True, slots=True)
class Swept:
    """How many entries were put on the queue, by kind; `next_at` when a job that waits for its turn may have it."""

    jobs: int = 0
    mails: int = 0
    drawings: int = 0
    next_at: datetime | None = None


def sweep() -> Swept:
    """The metronome's tick: every due job gets its step, once however many sweepers run. Two queries when idle."""
    now = timezone.now()
    due = Generation.objects.filter(due_at__lte=now).exclude(state=GenerationState.QUEUED)
    rows = list(due.order_by("due_at").values_list("pk", "due_at")[:BATCH])
    jobs, again = Generation.objects.all(), now + REDELIVER
    turns = next_turns(now)
    # A call of the limit is there for the taking: whoever has a turn goes before the clips that are fetched.
    put = [put_due(jobs, pk, due_at, task=SUBMIT, again=again, ahead=True) for pk, due_at in turns.due]
    put += [put_due(jobs, pk, due_at, task=ADVANCE, again=again) for pk, due_at in rows]
    return Swept(jobs=sum(put), next_at=turns.next_at)


def tidy() -> Swept:
    """The slower round, once a minute: mails and drawings that got lost, the account, leftovers of killed workers."""
    now = timezone.now()
    lost = Q(created_at__lt=now - MINUTE, created_at__gt=now - timedelta(days=1))
    undrawn = Q(poster="") | Q(sprite="") | Q(proxy="")
    clips = list(Clip.objects.filter(lost & undrawn).order_by("created_at").values_list("pk", flat=True)[:20])
    mails = ask_again_for_lost_mail()
    alarm_unfetched()
    sweep_strays()
    for pk in clips:
        enqueue(DRAW, pk, cluster=MEDIA)
    enqueue(CHECK_ACCOUNT, "all")
    _clear_temporary()
    return Swept(mails=mails, drawings=len(clips))


def _clear_temporary() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"):
        with contextlib.suppress(OSError):
            if time() - folder.stat().st_mtime > 3600:
                shutil.rmtree(folder)
