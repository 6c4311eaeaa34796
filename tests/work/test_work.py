"""`manage.py work` with real processes, a real database file and a local Kie.ai."""

import os
import shutil
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from assets.providers.standin import StandIn
from tests.worker_support import Site, below, is_alive, wait_for

pytestmark = [pytest.mark.worker]


def test_a_take_becomes_ready_and_drawn(site: Site, standin: StandIn) -> None:
    job = site.ask()
    with site.work() as work:
        assert wait_for(lambda: site.state(job) == "running", 20), work.log.read_text()
        standin.complete()
        assert wait_for(lambda: site.state(job) == "ready", 20), work.log.read_text()
        assert wait_for(lambda: site.rows("SELECT 1 FROM assets_clip WHERE proxy <> ''"), 20), work.log.read_text()
    assert len(standin.accepted) == 1
    assert "Traceback" not in work.log.read_text()


def test_killed_workers_are_replaced_and_paid_once(site: Site, standin: StandIn) -> None:
    job = site.ask()
    with site.work(quick=True) as work:
        assert wait_for(lambda: site.state(job) == "running", 20), work.log.read_text()
        # All workers at once: one of them holds the lock of their queue, which stays locked for their successors.
        (sentinel,) = below(work.cluster("kling"))
        for worker in below(sentinel)[:4]:
            os.kill(worker, signal.SIGKILL)
        standin.complete()
        assert wait_for(lambda: site.state(job) == "ready", 60), work.log.read_text()
    assert len(standin.accepted) == 1


def test_nobody_outlives_a_killed_supervisor(site: Site) -> None:
    with site.work() as work:
        tree = work.tree()
        assert len(tree) > 8
        work.process.kill()
        assert wait_for(lambda: not any(is_alive(pid) for pid in tree), 10)


def test_it_stops_within_ten_seconds(site: Site) -> None:
    with site.work() as work:
        tree = work.tree()
        work.process.send_signal(signal.SIGTERM)
        assert work.process.wait(timeout=10) == 0
        assert not any(is_alive(pid) for pid in tree)


def test_it_is_seen_from_everywhere_while_it_works(site: Site) -> None:
    with site.work() as work:
        assert wait_for(lambda: site.rows("SELECT pid FROM projects_workbeat"), 20), work.log.read_text()
        assert site.rows("SELECT pid FROM projects_workbeat") == [(work.process.pid,)]
        work.process.send_signal(signal.SIGTERM)
        assert work.process.wait(timeout=10) == 0
    assert site.rows("SELECT pid FROM projects_workbeat") == []


def test_a_copied_database_spends_nothing_until_it_is_adopted(site: Site, standin: StandIn, tmp_path: Path) -> None:
    site.manage("shell", "--command", "from projects.deployment import safe_mode; safe_mode()")
    job = site.ask()
    (tmp_path / "copy").mkdir()
    shutil.copy(tmp_path / "db.sqlite3", tmp_path / "copy")
    copy = Site(tmp_path / "copy", standin, f"sqlite:///{tmp_path / 'copy' / 'db.sqlite3'}")
    with copy.work() as work:
        # The sweeper puts the job on the queue, and comes again when nothing has come of it.
        swept = "SELECT 1 FROM assets_generation WHERE due_at > datetime('now', '+25 seconds')"
        assert wait_for(lambda: copy.rows(swept), 30), work.log.read_text()
        assert wait_for(lambda: not copy.rows("SELECT 1 FROM django_q_ormq"), 20), work.log.read_text()
        assert (copy.state(job), len(standin.accepted)) == ("queued", 0)
        copy.manage("adopt_deployment")
        copy.rows("UPDATE assets_generation SET due_at = created_at")
        assert wait_for(lambda: copy.state(job) == "running", 20), work.log.read_text()
    assert "Safe mode" in work.log.read_text()
    assert len(standin.accepted) == 1


@pytest.fixture
def silent_host() -> Iterator[socket.socket]:
    """A web server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


def test_sigterm_hands_back_a_fetch_and_leaves_a_sent_attempt_unanswered(
    site: Site, standin: StandIn, silent_host: socket.socket
) -> None:
    address = f"127.0.0.1:{silent_host.getsockname()[1]}"
    site.environment["OUTGOING_ALLOWED"] += f",{address}"
    fetched, sent = site.ask_for(2)
    site.rows(
        "UPDATE assets_generation SET state = 'fetching', result_url = ? WHERE id = ?", f"http://{address}", fetched
    )
    standin.set_fault("hang")
    with site.work() as work, silent_host.accept()[0]:
        assert wait_for(lambda: standin.accepted, 20), work.log.read_text()
        work.process.send_signal(signal.SIGTERM)
        assert work.process.wait(timeout=10) == 0
    waits = "SELECT 1 FROM assets_generation WHERE id = ? AND lease_until IS NULL AND due_at < CURRENT_TIMESTAMP"
    assert site.rows(waits, fetched), work.log.read_text()
    unanswered = "SELECT outcome, sent_at IS NOT NULL FROM assets_attempt WHERE generation_id = ?"
    assert [tuple(row) for row in site.rows(unanswered, sent)] == [("pending", True)]
    assert "Traceback" not in work.log.read_text()
