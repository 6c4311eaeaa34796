"""What the queue calls of the roof: looks across all apps."""

import structlog

from kling_cms.invariants import record_run

logger = structlog.get_logger(__name__)


def check_invariants(_: str) -> None:
    """The run of every minute; a breach is an error in the log as well as on the admins' home."""
    try:
        run = record_run()
    except Exception:
        logger.exception("invariants were not checked")
        return
    if run and run.breaches:
        logger.error("invariants broken", breaches=run.breaches, told=run.told)
