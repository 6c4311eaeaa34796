"""Every invariant sees the row that breaks it, and sees nothing in a studio at work."""

import io
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db.models import F
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assets.actions.takes import select_take
from assets.models import Attempt, Clip, Generation, GenerationMove, Outcome
from assets.providers.standin import StandIn
from kling_cms.invariants import EVERYTHING, INVARIANTS, check, record_run
from kling_cms.tasks import check_invariants
from projects.invariants import Invariant
from projects.models import Budget, InvariantRun, LedgerEntry, User, WorkBeat
from reviews.actions.asking import ask_review
from reviews.actions.decisions import decide
from reviews.actions.packages import add_all, create_package, seal_package
from reviews.models import Decision, PackageItem, Round, Verdict
from tests.assets.conftest import Ask, ask, standin  # noqa: F401  # fixtures
from tests.queue_support import advance, drain

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def studio(standin: StandIn, ask: Ask, carl: User, pat: User, rita: User) -> None:  # noqa: F811
    """One take on its way; another one approved, packed and sealed."""
    done = advance(ask("A boat comes home"))
    standin.complete()
    advance(done)
    drain()
    version = select_take(by=carl, take=done.take)
    asked = ask_review(by=carl, version=version, reviewers=[rita])
    decide(by=rita, asked=asked, verdict=Verdict.APPROVE, seen_sha256=asked.file_sha256)
    package = create_package(by=pat, project=done.project, name="Final")
    add_all(by=pat, package=package, versions=[version])
    seal_package(by=pat, package=package)
    advance(ask("A boat leaves"))


def broken() -> set[str]:
    """The names of the invariants that don't hold now."""
    return {finding.invariant.name for finding in check(EVERYTHING) if not finding.holds}


def running() -> Any:
    return Generation.objects.filter(state="running")


def ready() -> Any:
    return Generation.objects.filter(state="ready")


def lose_the_hold() -> None:
    keys = [job.ledger_key for job in running()]
    LedgerEntry.objects.filter(key__in=keys)._raw_delete(LedgerEntry.objects.db)


def forget_the_job() -> None:
    key = f"generation:{uuid.uuid4()}"
    row = LedgerEntry.objects.filter(kind="hold", key=running().get().ledger_key).get()
    LedgerEntry.objects.bulk_create(
        [LedgerEntry(organisation=row.organisation, budget=row.budget, key=key, kind="hold", credits=20)]
    )


def stay_for_ever() -> None:
    running().update(state_since=timezone.now() - timedelta(hours=1))


def release_half() -> None:
    row = LedgerEntry.objects.filter(kind="hold", key=running().get().ledger_key).get()
    LedgerEntry.objects.bulk_create(
        [LedgerEntry(organisation=row.organisation, budget=row.budget, key=row.key, kind="release", credits=20)]
    )


def send_again() -> None:
    job = running().get()
    Attempt.objects.filter(generation=job).update(outcome=Outcome.UNKNOWN)
    Attempt.objects.create(generation=job, number=2, token="x")


def replace_bytes() -> None:
    clip = Clip.objects.get()
    name = str(clip.file.name)
    default_storage.delete(name)
    default_storage.save(name, ContentFile(b"0" * clip.size))


def drop_clip_row() -> None:
    GenerationMove.objects.filter(generation__in=running(), new="running").update(new="ready")
    running().update(state="ready", due_at=None, finished_at=timezone.now())


BREAKS: dict[str, Callable[[], object]] = {
    "budgets' sums equal their ledger rows": lambda: Budget.objects.update(held=1),
    "holds come out even": release_half,
    "holds are open for live jobs only": lose_the_hold,
    "holds belong to jobs": forget_the_job,
    "jobs' charges equal their ledger rows": lambda: ready().update(charged=54),
    "tasks stand on accepted attempts": lambda: running().update(task_id="task_of_nobody"),
    "nothing is sent again unasked": send_again,
    "nothing is lost": lambda: running().update(due_at=timezone.now() - timedelta(hours=1)),
    "jobs keep their deadlines": stay_for_ever,
    "ready jobs have clips": drop_clip_row,
    "clips are stored in their size": lambda: Clip.objects.update(size=5),
    "clips are what they were": replace_bytes,
    "only edges of the state graph happen": lambda: GenerationMove.objects.filter(new="running").update(new="ready"),
    "moves lead to the state": lambda: running().update(state="fetching"),
    "decisions name the file that was seen": lambda: Decision.objects.update(file_sha256="0" * 64),
    "nobody approves their own": lambda: Decision.objects.update(by=ready().get().take.created_by),
    "packages hold exactly what was approved": lambda: PackageItem.objects.update(file_sha256="0" * 64),
}


@pytest.mark.usefixtures("studio")
def test_all_hold_in_a_studio_at_work() -> None:
    assert broken() == set()


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("name", BREAKS)
def test_a_broken_row_is_seen(name: str) -> None:
    BREAKS[name]()
    assert name in broken()


def test_every_invariant_is_broken_above() -> None:
    # The database itself refuses a budget above its limit.
    assert {one.name for one in EVERYTHING} - set(BREAKS) == {"budgets stay within their limits"}


@pytest.mark.usefixtures("studio")
def test_a_round_about_another_file_is_seen() -> None:
    Round.objects.update(file_sha256="1" * 64)
    assert "decisions name the file that was seen" in broken()


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"held": 40}, "the job says 40.00 were held, the ledger 55.00"),
        ({"state": "failed", "failure_class": "provider"}, "55.00 are still held, but the job is over"),
    ],
)
def test_a_hold_that_is_not_the_job_s_is_seen(change: dict[str, object], said: str) -> None:
    running().update(**change)
    rows = {row for finding in check() for row in finding.rows}
    assert f"{Generation.objects.get(take__prompt='A boat leaves').ledger_key}: {said}" in rows


@pytest.mark.usefixtures("studio")
def test_an_overrun_that_no_row_explains_is_seen() -> None:
    Budget.objects.update(overrun=1)
    assert "budgets' sums equal their ledger rows" in broken()


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("name", ["holds are open for live jobs only", "jobs keep their deadlines", "nothing is lost"])
def test_the_run_of_every_minute_sees_unfinished_jobs_however_old(name: str) -> None:
    BREAKS[name]()
    found = check(since=timezone.now() + timedelta(minutes=1))
    assert name in {finding.invariant.name for finding in found if not finding.holds}


@pytest.mark.usefixtures("studio")
@pytest.mark.parametrize("hours", [0, 1])
@pytest.mark.parametrize("name", ["jobs keep their deadlines", "nothing is lost"])
def test_after_an_outage_the_workers_have_a_minute_for_what_is_late(name: str, hours: int) -> None:
    if hours:
        record_run()
        InvariantRun.objects.update(created_at=timezone.now() - timedelta(hours=hours))
    BREAKS[name]()
    told = []
    for _ in range(2):
        run = record_run()
        told += [run.told if run else None]
        InvariantRun.objects.update(created_at=F("created_at") - timedelta(minutes=1))
    assert told[0] == ""
    assert name in str(told[1])


@pytest.mark.usefixtures("studio")
def test_workers_that_have_no_time_for_the_run_are_no_outage() -> None:
    hour = timezone.now() - timedelta(hours=1)
    WorkBeat.objects.create(host="studio", pid=1, started_at=hour)
    BREAKS["jobs keep their deadlines"]()
    run = record_run()
    assert run
    assert "jobs keep their deadlines" in run.told


@pytest.mark.usefixtures("studio")
def test_the_command_names_the_rows_and_exits_with_1() -> None:
    said = io.StringIO()
    call_command("check_invariants", stdout=said)
    assert said.getvalue().count("ok ") == len(INVARIANTS)
    ready().update(charged=1)
    with pytest.raises(SystemExit, match="1"):
        call_command("check_invariants", "--json", stdout=(told := io.StringIO()))
    rows = [row for finding in json.loads(told.getvalue()) for row in finding["rows"]]
    assert rows == [f"{ready().get().ledger_key}: the job says 1.00, the ledger booked 55.00"]


@pytest.mark.usefixtures("studio")
def test_admins_see_the_run_of_every_minute(alices: Client) -> None:
    check_invariants("recent")
    assert "all hold" in alices.get(reverse("home")).content.decode()
    InvariantRun.objects.all().delete()
    Budget.objects.update(held=1)
    check_invariants("recent")
    assert "1 broken" in alices.get(reverse("home")).content.decode()


def test_a_second_worker_does_not_look_again_at_once(db: None) -> None:
    assert record_run()
    assert record_run() is None


def test_what_a_second_look_does_not_find_was_work_going_on() -> None:
    looks = iter([["moving", "broken"], ["broken"]])
    (finding,) = check([Invariant(1, "of this test", lambda since: iter(next(looks)))])
    assert finding.rows == ["broken"]
