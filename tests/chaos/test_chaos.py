"""The judge of the storms can see, and their plans say what they mean. The storms themselves: `make chaos`."""

import json
from collections import Counter
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from assets.actions.generate import request_takes
from assets.models import Attempt, Outcome, Shot
from assets.pipeline.submit import claim
from assets.providers.standin.faults import parse_fault
from assets.requests import TakeRequest
from projects.models import User
from tests.chaos.control import Control
from tests.chaos.plan import CALLBACK_FAULTS, STORMS, TASK_FAULTS, plan_of
from tests.chaos.storage import FULL, GONE, ChaosStorage
from tests.chaos.totals import Totals, last_line
from tests.chaos.verdict import verdict
from tests.factories import PriceFactory


@pytest.fixture
def attempt(shot: Shot, carl: User) -> Attempt:
    """One that Kie has accepted as task_1."""
    PriceFactory.create(organisation=shot.project.organisation)
    wanted = TakeRequest("text", "A boat", 5, False, "16:9")
    (take,) = request_takes(by=carl, shot=shot, wanted=wanted, takes=1, request_key="s7k0")
    made = claim(take.generation)
    assert made is not None
    Attempt.objects.filter(pk=made.pk).update(task_id="task_1", outcome=Outcome.ACCEPTED)
    return made


def kinds(folder: Path, *tasks: tuple[str, str], promised: int = 1) -> set[str]:
    """What the verdict finds wrong, when Kie remembers these tasks by id and token."""
    lines = [
        {"task": {"task_id": task_id, "input": {"prompt": "A boat"}, "charged": "55", "end": "success", "faults": {}}
         | {"callback_url": f"https://cms.example/webhooks/kie/{token}/"}}
        for task_id, token in tasks
    ]  # fmt: skip
    (folder / "record.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    return {f"{breach.kind}: {breach.text}".partition(" (")[0] for breach in verdict(folder, {"s7k0": promised}, [])}


def some(found: set[str], *words: str) -> bool:
    return any(all(word in text for word in words) for text in found)


@pytest.mark.django_db
def test_a_task_that_nobody_booked_is_seen(attempt: Attempt, tmp_path: Path) -> None:
    assert not some(kinds(tmp_path, ("task_1", attempt.token)), "lost: task_1")
    assert some(kinds(tmp_path, ("task_2", attempt.token)), "lost: task_2")


@pytest.mark.django_db
def test_a_second_task_for_an_attempt_is_seen(attempt: Attempt, tmp_path: Path) -> None:
    found = kinds(tmp_path, ("task_1", attempt.token), ("task_2", attempt.token))
    assert some(found, "paid twice", "sent 2 times")


@pytest.mark.django_db
def test_a_charge_that_the_ledger_lacks_is_seen(attempt: Attempt, tmp_path: Path) -> None:
    assert some(kinds(tmp_path, ("task_1", attempt.token)), "overspent", "Kie charged 55, the ledger says 0")


@pytest.mark.django_db
def test_a_take_that_is_not_there_or_never_ends_is_seen(attempt: Attempt, tmp_path: Path) -> None:
    found = kinds(tmp_path, promised=2)
    assert some(found, "lost: s7k0: 1 takes, 2 were promised")
    assert some(found, "lost", "stands in submitting")


@pytest.mark.django_db
def test_a_token_in_a_log_is_seen(attempt: Attempt, tmp_path: Path) -> None:
    log = tmp_path / "web.log"
    log.write_text(f"POST /webhooks/kie/{attempt.token}/ 200")
    assert [breach.text[:13] for breach in verdict(tmp_path, {}, [log]) if "web.log" in breach.text] == [
        "web.log tells"
    ]


def test_a_seed_gives_the_same_plan_again() -> None:
    assert plan_of(7) == plan_of(7) != plan_of(8)


def test_plans_name_faults_that_the_stand_in_knows() -> None:
    for text in {*TASK_FAULTS, *CALLBACK_FAULTS, *STORMS} - {""}:
        parse_fault(text)


def test_every_crash_point_and_kind_of_blow_comes_up() -> None:
    blows = Counter(blow.what or blow.kind for seed in range(200) for blow in plan_of(seed).blows)
    assert {"claimed", "answered", "settling", "kill worker", "stop kie", "storage-full", "database"} <= set(blows)


def test_storage_fills_up_and_goes_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHAOS_FOLDER", str(tmp_path / "control"))
    monkeypatch.setenv("CHAOS_PART", "work-a")
    storage = ChaosStorage(location=tmp_path / "media")
    for fault, said in ((FULL, "No space left"), (GONE, "Input/output error")):
        Control.here().set(fault)
        with pytest.raises(OSError, match=said):
            storage.save("clip.mp4", ContentFile(b"half a clip"))
        Control.here().clear(fault)
    assert not storage.exists("clip.mp4")


def test_the_last_line_sums_up_both() -> None:
    chaos = Totals(2, 31.0, Counter(lost=1), Counter({"kill worker": 3, "takes": 9, "kie: twice": 1}))
    simulated = Totals(100, 4000.0, Counter(), Counter({"crash": 5, "wrong-task": 1}))
    line = last_line(chaos, simulated)
    assert line.startswith("2 chaos and 100 simulated episodes, 10 faults (callbacks 2, crashes and kills 8), lost 1, ")
    assert line.endswith("longest time to settle 31 s (simulated 4000 s)")
