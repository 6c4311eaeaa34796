"""Several people at the same moment: threads with a database connection each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from django.db import connection


def at_once[T](jobs: list[Callable[[], T]]) -> list[T]:
    """Start every job in a thread of its own, all of them waiting for the last one to be ready.

    For tests with `django_db(transaction=True)`: what other threads shall see must be committed.
    """
    start = Barrier(len(jobs))

    def run(job: Callable[[], T]) -> T:
        start.wait(timeout=30)
        try:
            return job()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
