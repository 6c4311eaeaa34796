"""What the queue calls: one id each, safe twice, nothing escapes. The work itself is in `assets.pipeline`."""

import structlog

from assets.actions.reconcile import reconcile_daily
from assets.clips import draw_clip
from assets.media.probe import ReadingStopped
from assets.pipeline import account, garbage, steps, strays
from assets.pipeline.fetch import DRAW
from assets.pipeline.leave import forget_connection
from projects.pulse import HandBack, may_leave
from projects.queue import MEDIA, enqueue

logger = structlog.get_logger(__name__)


def advance(generation_id: str) -> None:
    """Do what is due on a job."""
    steps.advance(generation_id)


def submit(generation_id: str) -> None:
    """A new job: the same door, since by now it may stand anywhere."""
    steps.advance(generation_id)


def heed(attempt_id: str) -> None:
    """Look after an attempt whose callback came."""
    try:
        steps.heed(attempt_id)
    except Exception:
        logger.exception("heeding a callback failed", attempt=attempt_id)


def follow_stray(stray_id: str) -> None:
    """Ask for a task that no job waits for."""
    try:
        strays.follow(stray_id)
    except Exception:
        logger.exception("following a stray task failed", stray=stray_id)


def check_account(_: str) -> None:
    """Note the balance, start a stopped line again if it may run, and reconcile once a day."""
    try:
        account.check_account()
        reconcile_daily()
    except Exception:
        logger.exception("account check failed")


def draw_media(clip_id: str) -> None:
    """Poster, sprite and proxy of a clip; the sweeper comes back for what is missing."""
    with structlog.contextvars.bound_contextvars(generation="", clip=clip_id):
        try:
            with may_leave():
                draw_clip(clip_id)
        except HandBack:
            forget_connection()
            enqueue(DRAW, clip_id, cluster=MEDIA)
        except ReadingStopped as error:
            logger.warning("drawing stopped", said=str(error))
        except Exception:
            logger.exception("drawing failed")


def collect_garbage(folder: str) -> None:
    """One round over a folder of storage, by its number."""
    try:
        garbage.collect_garbage(int(folder))
    except Exception:
        logger.exception("garbage was not collected", folder=folder)
