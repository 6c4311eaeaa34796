"""Whatever process of `manage.py work` is killed or stopped, the work goes on, and nobody works beside a new one."""

import os
import signal
import sys
from pathlib import Path

import pytest

from assets.providers.standin import StandIn
from tests.worker_support import Site, Work, is_alive, wait_for

pytestmark = [pytest.mark.worker]
# Each after those whose successors would stand in its place among the guard's children.
ROLES = ("room", "pusher", "monitor", "worker", "guard", "parent")


def gets_ready(site: Site, standin: StandIn, work: Work, job: str) -> None:
    """The provider ends the job's task now; the workers bring the clip home."""
    assert wait_for(lambda: site.state(job) == "running", 20), work.log.read_text()
    standin.complete(str(site.rows("SELECT task_id FROM assets_generation WHERE id = ?", job)[0][0]))
    site.look_now(job)
    assert wait_for(lambda: site.state(job) == "ready", 40), work.log.read_text()


def whole(work: Work) -> bool:
    """Two parents, two guards, four workers and one, two monitors, two pushers, the room: no fewer, and no more."""
    try:
        visitors = work.tree(work.role("room"))  # whoever draws there at the moment
    except StopIteration:
        return False
    return len({*work.tree()} - {*visitors}) == 14


def strike(work: Work, role: str, number: signal.Signals) -> None:
    """Send the signal; its process ends, and with a guard or a parent all that was below it."""
    assert wait_for(lambda: whole(work), 20), work.log.read_text()
    struck = work.role(role)
    doomed = {"guard": work.tree(work.role("guard")), "parent": work.tree(work.role("parent"))}.get(role, [])
    os.kill(struck, number)
    assert wait_for(lambda: not any(is_alive(pid) for pid in (struck, *doomed)), 15), f"{role} or one below it lives"


def test_any_process_can_be_killed(site: Site, standin: StandIn) -> None:
    *jobs, last = site.ask_for(len(ROLES) + 1)
    with site.work(quick=True) as work:
        for role, job in zip(ROLES, jobs, strict=True):
            strike(work, role, signal.SIGKILL)
            gets_ready(site, standin, work, job)
        tree = work.tree()
        work.process.kill()
        assert wait_for(lambda: not any(is_alive(pid) for pid in tree), 10)
    with site.work(quick=True) as work:
        gets_ready(site, standin, work, last)
    assert len(standin.accepted) == len(ROLES) + 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells which process is stopped")
def test_any_process_can_be_stopped_for_good(site: Site, standin: StandIn) -> None:
    jobs = site.ask_for(len(ROLES))
    with site.work(quick=True) as work:
        for role, job in zip(ROLES, jobs, strict=True):
            strike(work, role, signal.SIGSTOP)
            gets_ready(site, standin, work, job)
    assert len(standin.accepted) == len(ROLES)


@pytest.mark.postgres
def test_two_on_one_database_do_nothing_twice(site: Site, standin: StandIn, tmp_path: Path) -> None:
    jobs = site.ask_for(12)
    (tmp_path / "elsewhere").mkdir()
    with site.work(quick=True) as here, site.work(quick=True, elsewhere=tmp_path / "elsewhere") as there:
        assert wait_for(lambda: {site.state(job) for job in jobs} == {"running"}, 30), here.log.read_text()
        standin.complete()
        for job in jobs:
            site.look_now(job)
        assert wait_for(lambda: {site.state(job) for job in jobs} == {"ready"}, 60), here.log.read_text()
        assert all("cluster restarts" not in work.log.read_text() for work in (here, there)), here.log.read_text()
    assert len(standin.accepted) == len(jobs)
    assert site.rows("SELECT count(*) FROM assets_generationmove WHERE new IN ('submitting', 'ready')") == [(24,)]
