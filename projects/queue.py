"""The one door to the queue; the only module (besides `manage.py work`) that knows django-q2.

A message carries a dotted name and one id. It may get lost and may come twice: our rows are the truth, tasks look there
first. Called inside a transaction, the entry appears with the commit and vanishes with a rollback (ORM broker in the
same database).
"""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import Error, close_old_connections, connections
from django.db.models import QuerySet
from django.utils import timezone
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signals import post_execute_in_worker, pre_execute
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from projects import pulse

logger = structlog.get_logger(__name__)
MEDIA = "media"
AHEAD = " ahead"  # the end of the key under which messages lie that go before all others of their cluster
HEARTBEAT = "projects.pulse.heartbeat"
AWAY_SECONDS = 1.0
LOOK_SECONDS = 1.0
PATIENCE = timedelta(seconds=2)  # what has waited that long lets nobody by any more: nothing starves
RIVALS = 4  # messages that are read at once: of several clusters only one gets the first
# Plain SQL: the ORM would build these anew for each message, in five times as long as they take.
WAITING = (
    "SELECT id, payload, lock FROM django_q_ormq WHERE key IN (%s, %s) AND lock < %s"
    " ORDER BY CASE WHEN key = %s OR lock < %s THEN 0 ELSE 1 END, id LIMIT %s"
)
TAKE = "UPDATE django_q_ormq SET lock = %s WHERE id = %s AND lock = %s"
END = "DELETE FROM django_q_ormq WHERE id = %s"


def enqueue(task: str, key: UUID | str, *, cluster: str | None = None, ahead: bool = False) -> None:
    """Ask the workers to call `task` (a dotted name) with `key`; `cluster=MEDIA` for slow work on pictures.

    `ahead`: before what came in the last two seconds, for what is short and has its moment, such as a free call of a
    limit.
    """
    cluster = f"{cluster or Conf.CLUSTER_NAME}{AHEAD}" if ahead else cluster
    options = {"cluster": cluster} if cluster else {}
    async_task(task, str(key), q_options=options)


class WatchedQueue(ORM):
    """The queue in our database, as the processes of a cluster use it; each leaves signs of life for its supervisor.

    A heartbeat never touches the database: with several supervisors on one queue it would be answered elsewhere. A
    database that is away costs no process its life: whoever needs it tries again, or its message comes again.
    """

    _looked = float("-inf")

    @staticmethod
    def get_connection(list_key: str | None = None) -> "QuerySet[OrmQ]":
        """The messages. Who enqueues is in a request or a task, whose connection is looked after at its begin."""
        messages: QuerySet[OrmQ] = OrmQ.objects.using(Conf.ORM)
        return messages

    def _look_after_connection(self) -> None:
        """Close what has aged or broken: now and then, since a look each time would be a query of its own."""
        if time.monotonic() - self._looked > LOOK_SECONDS and not connections[Conf.ORM].in_atomic_block:
            self._looked = time.monotonic()
            close_old_connections()

    def dequeue(self) -> list[tuple[Any, str]] | None:
        """The pusher's next messages; a heartbeat goes first."""
        if pulse.is_asked():
            return [(HEARTBEAT, _heartbeat())]
        try:
            self._look_after_connection()
            message = self._next()
        except Error as error:
            logger.warning("the queue can't be read", said=str(error))
            self._looked = float("-inf")
            time.sleep(AWAY_SECONDS)
            return None
        if message is None:
            time.sleep(Conf.POLL)
            return None
        return [message]

    def _next(self) -> tuple[int, str] | None:
        """Id and payload of the next message, which is ours then; None when there is none."""
        server, moment, ahead = connections[Conf.ORM], timezone.now(), f"{self.list_key}{AHEAD}"
        now, until, long_ago = map(
            server.ops.adapt_datetimefield_value, (moment, self.timeout(None), moment - PATIENCE)
        )
        with server.cursor() as cursor:
            cursor.execute(WAITING, [self.list_key, ahead, now, ahead, long_ago, RIVALS])
            for key, payload, lock in cursor.fetchall():
                cursor.execute(TAKE, [until, key, lock])
                if cursor.rowcount:
                    return key, payload
        return None

    def acknowledge(self, task_id: Any) -> None:
        """The monitor's note that a task has ended."""
        if task_id == HEARTBEAT:
            pulse.booked()
            return
        try:
            self._look_after_connection()
            with connections[Conf.ORM].cursor() as cursor:
                cursor.execute(END, [task_id])
        except Error as error:
            self._looked = float("-inf")
            logger.warning("an end was not noted", said=str(error))

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        """The guard's word on itself, twice a second. Nobody reads it but the supervisor."""
        pulse.guarded()


def _heartbeat() -> str:
    task = {"id": HEARTBEAT, "name": "heartbeat", "func": HEARTBEAT, "args": ("beat",), "kwargs": {}}
    message: str = SignedPackage.dumps({**task, "started": timezone.now()})
    return message


def _begin(**_: Any) -> None:
    pulse.begin()


def _end(**_: Any) -> None:
    pulse.end()


pre_execute.connect(_begin, dispatch_uid="pulse")
post_execute_in_worker.connect(_end, dispatch_uid="pulse")
