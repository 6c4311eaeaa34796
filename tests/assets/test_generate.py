"""Asking for takes: everything is there, once, or nothing is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from assets.actions.generate import request_takes
from assets.models import Generation, Price, Shot, Take
from assets.pricing import NoPrice, PriceChanged
from assets.requests import TakeRequest
from projects.actions import money
from projects.errors import Refused
from projects.models import AuditEntry, Budget, LedgerEntry, Organisation, User
from tests.factories import AssetFactory, PriceFactory, ShotFactory, TakeFactory

BOAT = TakeRequest("text", "A paper boat crosses a puddle", 5, False, "16:9")


@pytest.fixture
def price(db: None) -> Price:
    """The only price: 55 credits for 5 s silent."""
    Price.objects.all().delete()
    return PriceFactory.create()


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was put into the queue."""
    sent: list[Any] = []
    monkeypatch.setattr("assets.actions.generate.enqueue", lambda task, key, **_: sent.append((task, key)))
    return sent


def ask(by: User, shot: Shot, takes: int = 1, key: str = "k", **more: Any) -> list[Take]:
    return request_takes(by=by, shot=shot, wanted=more.pop("wanted", BOAT), takes=takes, request_key=key, **more)


def test_takes_come_with_job_hold_and_queue_entry(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    first, second = ask(carl, shot, 2)
    assert [first.number, second.number] == [1, 2]
    assert first.generation.held == 55
    assert [move.new for move in first.generation.moves.all()] == ["queued"]
    assert queue == [("assets.tasks.submit", take.generation.pk) for take in (first, second)]
    assert money.standing(shot.project.organisation).month.held == 110


def test_the_shot_is_generating_then(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    ask(carl, shot, 2)
    shot.refresh_from_db()
    assert (shot.state, shot.running) == ("generating", 2)


def test_one_audit_row_names_takes_and_credits(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    ask(carl, shot, 2)
    row = AuditEntry.objects.get(verb="generated")
    assert row.changes == {"takes": [[], [1, 2]], "credits": [None, "110.00"]}


def test_the_same_key_gives_the_same_takes(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    assert ask(carl, shot, 2) == ask(carl, shot, 2)
    assert Take.objects.count() == len(queue) == 2
    assert LedgerEntry.objects.count() == 2


def test_another_key_gives_other_takes(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    ask(carl, shot)
    assert ask(carl, shot, key="other")[0].number == 2


def test_a_key_of_another_shot_is_refused(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    ask(carl, ShotFactory.create(project=shot.project))
    with pytest.raises(Refused, match="another shot"):
        ask(carl, shot)


def test_over_budget_names_the_numbers_and_changes_nothing(
    price: Price, carl: User, shot: Shot, northlight: Organisation, queue: list[Any]
) -> None:
    northlight.monthly_limit = Decimal(100)
    northlight.save()
    with pytest.raises(money.OverBudget, match=r"100 credits .* free and this needs 110 credits"):
        ask(carl, shot, 2)
    assert not Take.objects.exists()
    assert not LedgerEntry.objects.exists()
    assert not AuditEntry.objects.exists()


def test_another_price_than_shown_is_refused(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    with pytest.raises(PriceChanged, match="costs 110 credits, and the button said 100") as refused:
        ask(carl, shot, 2, price_shown=Decimal(100))
    assert refused.value.total == 110
    assert not Take.objects.exists()


def test_the_price_shown_is_that_of_all_takes(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    assert len(ask(carl, shot, 2, price_shown=Decimal(110))) == 2


def test_without_a_price_nothing_is_queued(price: Price, carl: User, shot: Shot, queue: list[Any]) -> None:
    with pytest.raises(NoPrice, match="no price"):
        ask(carl, shot, wanted=TakeRequest("text", "A boat on a lake", 10, True, "1:1"))
    assert not Take.objects.exists()


def test_expired_rights_are_refused(price: Price, carl: User, shot: Shot) -> None:
    yesterday = timezone.localdate() - timedelta(days=1)
    asset = AssetFactory.create(organisation=shot.project.organisation, expires_on=yesterday)
    with pytest.raises(Refused, match="expired"):
        ask(carl, shot, wanted=TakeRequest("image", "It turns slowly around", 5, False, "", asset.current_version))


def test_another_organisations_image_is_refused(price: Price, carl: User, shot: Shot) -> None:
    image = AssetFactory.create().current_version
    with pytest.raises(Refused, match="another organisation"):
        ask(carl, shot, wanted=TakeRequest("image", "It turns slowly around", 5, False, "", image))


def test_a_parent_of_another_shot_is_refused(price: Price, carl: User, shot: Shot) -> None:
    with pytest.raises(Refused, match="another shot"):
        ask(carl, shot, parent=TakeFactory.create())


def test_an_archived_project_takes_nothing_new(price: Price, carl: User, shot: Shot) -> None:
    shot.project.archived_at = timezone.now()
    shot.project.save()
    with pytest.raises(Refused, match="archived"):
        ask(carl, shot)


@pytest.mark.parametrize("takes", [0, 5])
def test_one_to_four_takes(price: Price, carl: User, shot: Shot, takes: int) -> None:
    with pytest.raises(Refused, match="1 to 4"):
        ask(carl, shot, takes)


@pytest.mark.parametrize("prompt", ["  two\nlines \n", "🎈 ألعاب 🇩🇪", "tab\tand ‏RTL mark"])
def test_the_prompt_is_kept_as_typed(price: Price, carl: User, shot: Shot, queue: list[Any], prompt: str) -> None:
    ask(carl, shot, wanted=TakeRequest("text", prompt, 5, False, "16:9"))
    assert Take.objects.get().prompt == prompt


def _at_once(by: User, shot: Shot, keys: list[str]) -> list[Any]:
    def one(key: str) -> Any:
        try:
            return [take.pk for take in ask(by, shot, key=key)]
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(one, keys))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_key_pressed_eight_times_at_once_gives_one_job(carl: User, shot: Shot, queue: list[Any]) -> None:
    Price.objects.all().delete()
    PriceFactory.create()
    answers = _at_once(carl, shot, ["k"] * 8)
    assert all(answer == answers[0] for answer in answers)
    assert Generation.objects.count() == 1
    assert Budget.objects.get().held == 55


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_ten_at_once_against_a_budget_for_nine_give_nine(
    carl: User, shot: Shot, northlight: Organisation, queue: list[Any]
) -> None:
    Price.objects.all().delete()
    PriceFactory.create()
    Organisation.objects.update(monthly_limit=9 * 55)
    answers = _at_once(carl, shot, [f"k{place}" for place in range(10)])
    assert sum(isinstance(answer, money.OverBudget) for answer in answers) == 1
    assert sorted(Take.objects.values_list("number", flat=True)) == list(range(1, 10))
    assert Budget.objects.get().free == 0
