"""`manage.py work --pictures` on another machine: it draws what is to be drawn and touches nothing else."""

from pathlib import Path

import pytest

from assets.providers.standin import StandIn
from tests.worker_support import Site, wait_for

pytestmark = [pytest.mark.worker]

UNDRAWN = "UPDATE assets_clip SET sprite = '', proxy = ''"
DRAWN = "SELECT 1 FROM assets_clip WHERE sprite <> '' AND proxy <> ''"
ASK_TO_DRAW = """
from assets.models import Clip
from assets.pipeline.fetch import DRAW
from projects.queue import MEDIA, enqueue
enqueue(DRAW, Clip.objects.get().pk, cluster=MEDIA)
"""
ASK_FOR_GARBAGE = """
from projects.queue import MEDIA, enqueue
enqueue("assets.tasks.collect_garbage", "0", cluster=MEDIA)
"""


@pytest.fixture
def undrawn(site: Site, standin: StandIn) -> Site:
    """A site with a clip whose pictures are missing."""
    job = site.ask()
    with site.work() as work:
        assert wait_for(lambda: site.state(job) == "running", 20), work.log.read_text()
        standin.complete()
        assert wait_for(lambda: site.rows(DRAWN), 40), work.log.read_text()
    site.rows(UNDRAWN)
    return site


def test_it_draws_with_nothing_but_database_storage_and_secret_key(undrawn: Site, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    with undrawn.work(elsewhere=tmp_path / "elsewhere", pictures=True) as work:
        undrawn.manage("shell", "--no-imports", "-c", ASK_TO_DRAW)
        assert wait_for(lambda: undrawn.rows(DRAWN), 40), work.log.read_text()
    assert "Traceback" not in work.log.read_text()


def test_it_neither_sends_nor_counts_as_a_worker(site: Site, standin: StandIn, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    job = site.ask()
    with site.work(elsewhere=tmp_path / "elsewhere", pictures=True):
        site.manage("shell", "--no-imports", "-c", ASK_FOR_GARBAGE)
        assert wait_for(lambda: not site.rows("SELECT 1 FROM django_q_ormq WHERE key = 'media'"), 40)
        assert site.rows("SELECT 1 FROM django_q_ormq"), "the message of the job, which nobody took"
        assert not site.rows("SELECT pid FROM projects_workbeat")
    assert site.state(job) == "queued"
    assert not standin.accepted
