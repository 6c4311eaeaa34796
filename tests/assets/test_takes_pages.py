"""The contact sheet: every state in words, live tiles, and the buttons."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from assets.actions.takes import select_take
from assets.models import Generation, Price, Shot, Take
from assets.sheet import typical_seconds
from projects.models import User
from tests.factories import TEXT_MODEL, AssetFactory, ClipFactory, GenerationFactory, PriceFactory, TakeFactory

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def price(db: None) -> Price:
    """55 credits for 5 s silent, the only price."""
    Price.objects.all().delete()
    price: Price = PriceFactory.create()
    return price


def make(shot: Shot, number: int = 1, state: str = "ready", **job: Any) -> Take:
    """A take in that state, with its clip when it is ready."""
    take: Take = TakeFactory.create(shot=shot, number=number, created_by=shot.created_by)
    GenerationFactory.create(take=take, state=state, price=Price.objects.first(), **job)
    if state == "ready":
        ClipFactory.create(take=take, poster="p.jpg", sprite="s.jpg", sprite_frames=10, proxy="x.mp4")
    return take


def sheet(client: Client, shot: Shot, query: str = "") -> str:
    return client.get(reverse("take_list", args=[shot.pk]) + query).content.decode()


def press(client: Client, name: str, take: Take, **data: Any) -> Any:
    return client.post(reverse(f"take_{name}", args=[take.pk]), data, headers=HTMX)


def test_an_empty_shot_offers_the_first_takes(carls: Client, shot: Shot) -> None:
    html = sheet(carls, shot)
    assert "Make the first takes" in html
    assert reverse("composer", args=[shot.pk]) in html


def test_a_ready_take_loops_and_can_be_judged(carls: Client, shot: Shot) -> None:
    take = make(shot, charged=55)
    html = sheet(carls, shot)
    assert f'data-loop="{reverse("clip_proxy", args=[take.clip.pk])}"' in html
    assert reverse("take_select", args=[take.pk]) in html
    assert "55 credits" in html


@pytest.mark.parametrize(
    ("failure", "words"),
    [("provider", "Provider failure"), ("moderation", "Refused by moderation"), ("invalid_input", "Invalid input")],
)
def test_a_failed_take_says_why_that_it_was_free_and_what_next(
    carls: Client, shot: Shot, failure: str, words: str
) -> None:
    make(shot, state="failed", failure_class=failure, charged=0)
    html = sheet(carls, shot)
    assert words in html
    assert "Not charged" in html
    assert "Try again" in html


def test_a_failure_that_was_charged_says_what_it_cost(carls: Client, shot: Shot) -> None:
    make(shot, state="failed", failure_class="bad_result", charged=55)
    html = sheet(carls, shot)
    assert "Not charged" not in html
    assert '<span class="tile-corner">55 credits</span>' in html


def test_a_running_take_shows_elapsed_and_typical_and_asks_again(carls: Client, shot: Shot) -> None:
    began = timezone.now() - timedelta(minutes=9)
    make(shot, 1, charged=55, created_at=began, finished_at=began + timedelta(seconds=100))
    running = make(shot, 2, "running")
    html = sheet(carls, shot)
    assert "typically 1 min 40 s" in html
    assert f"watch={running.pk}%3Arunning" in html


def test_nothing_running_asks_no_more(carls: Client, shot: Shot) -> None:
    make(shot, state="needs_attention")
    assert "hx-trigger" not in sheet(carls, shot).split('id="poll"')[1].split(">")[0]


def test_typical_is_the_median_of_the_last_fifty(shot: Shot) -> None:
    now = timezone.now()
    for number in range(1, 53):
        ended = now - timedelta(hours=number)
        seconds = 1000 if number > 50 else 60 + number
        make(shot, number, created_at=ended - timedelta(seconds=seconds), finished_at=ended)
    assert typical_seconds(shot.project.organisation, TEXT_MODEL) == 86
    assert typical_seconds(shot.project.organisation, "another") is None


def ask(client: Client, shot: Shot, *watch: str) -> Any:
    return client.get(reverse("take_tiles", args=[shot.pk]), {"watch": watch}, headers=HTMX)


def test_a_poll_without_news_is_empty(carls: Client, shot: Shot) -> None:
    take = make(shot, state="running")
    assert ask(carls, shot, f"{take.pk}:running").status_code == 204


def test_a_poll_brings_what_changed_and_goes_on_with_the_rest(carls: Client, shot: Shot) -> None:
    first, second = make(shot, 1, "running"), make(shot, 2, "running")
    Generation.objects.filter(take=first).update(state="failed", failure_class="provider")
    html = ask(carls, shot, f"{first.pk}:running", f"{second.pk}:running").content.decode()
    assert f'id="take-{first.pk}"' in html
    assert f'id="take-{second.pk}"' not in html
    assert f"watch={second.pk}" in html
    assert f"watch={first.pk}" not in html


def test_the_last_poll_stops_asking(carls: Client, shot: Shot) -> None:
    take = make(shot, 1, "failed", failure_class="provider")
    assert "hx-trigger" not in ask(carls, shot, f"{take.pk}:running").content.decode()


def test_a_poll_counts_the_filters_anew(carls: Client, shot: Shot) -> None:
    take = make(shot)
    html = ask(carls, shot, f"{take.pk}:running").content.decode()
    assert 'To triage <span class="count">1</span>' in html


def test_a_rating_counts_the_filters_anew_and_keeps_the_chosen_one(carls: Client, shot: Shot) -> None:
    page = {"HX-Current-URL": f"http://testserver{reverse('take_list', args=[shot.pk])}?show=triage"}
    address = reverse("take_rate", args=[make(shot).pk])
    html = carls.post(address, {"rating": "4"}, headers={**HTMX, **page}).content.decode()
    assert 'Rated <span class="count">1</span>' in html
    assert '?show=triage" aria-current="page">To triage <span class="count">0</span>' in html


def test_odd_questions_are_answered(carls: Client, shot: Shot) -> None:
    assert ask(carls, shot, "x", "x:y", str(TakeFactory.create().pk)).status_code == 200


@pytest.mark.parametrize("address", ["http://[", "?show=none", "#?show=", "?show=%ff&show"])
def test_a_page_with_an_odd_address_gets_all_takes(carls: Client, shot: Shot, address: str) -> None:
    make(shot)
    answer = carls.get(reverse("take_tiles", args=[shot.pk]), headers={**HTMX, "HX-Current-URL": address})
    assert f'href="{shot.get_absolute_url()}" aria-current="page">All' in answer.content.decode()


def test_a_rating_answers_with_the_tile(carls: Client, shot: Shot) -> None:
    take = make(shot)
    html = press(carls, "rate", take, rating="4").content.decode()
    assert 'value="4" data-act="4" aria-pressed="true"' in html
    press(carls, "rate", take, rating="")
    assert Take.objects.get().rating is None


@pytest.mark.parametrize("rating", ["6", "x", "0", "²", "-1"])
def test_odd_ratings_are_refused(carls: Client, shot: Shot, rating: str) -> None:
    answer = press(carls, "rate", make(shot), rating=rating)
    assert answer.status_code == 422
    assert "A rating is 1 to 5." in answer.content.decode()


def test_selecting_shows_v1_and_the_way_to_the_review(carls: Client, shot: Shot) -> None:
    html = press(carls, "select", make(shot)).content.decode()
    version = Take.objects.get().version
    assert "<strong>v1</strong>" in html
    assert reverse("version_review", args=[version.pk]) in html
    assert reverse("review_ask", args=[version.pk]) in html


def test_selecting_twice_is_one_version(carls: Client, shot: Shot) -> None:
    take = make(shot)
    press(carls, "select", take)
    assert press(carls, "select", take).status_code == 200
    assert shot.versions.count() == 1


def test_a_refusal_is_said_and_nothing_changes(carls: Client, carl: User, shot: Shot) -> None:
    take = make(shot)
    select_take(by=carl, take=take)
    answer = press(carls, "discard", take, reason="motion")
    assert answer.status_code == 422
    assert "Take 1 is v1" in answer.content.decode()


def test_discarded_takes_hide_behind_a_filter_and_come_back(carls: Client, shot: Shot) -> None:
    take = make(shot)
    assert "Restore" in press(carls, "discard", take, reason="motion").content.decode()
    assert f'id="take-{take.pk}"' not in sheet(carls, shot)
    assert "Motion is wrong" in sheet(carls, shot, "?show=discarded")
    press(carls, "restore", take)
    assert f'id="take-{take.pk}"' in sheet(carls, shot)


def test_without_a_script_a_button_leads_back_to_its_tile(carls: Client, shot: Shot) -> None:
    take = make(shot)
    answer = carls.post(reverse("take_rate", args=[take.pk]), {"rating": "5"})
    assert answer["Location"] == f"{reverse('take_list', args=[shot.pk])}#take-{take.pk}"


def again(client: Client, shot: Shot, take: Take, price: str = "55.00") -> Any:
    html = sheet(client, shot).split(f'action="{reverse("take_retry", args=[take.pk])}"')[1]
    key = html.split('name="key" value="')[1][:32]
    return lambda: client.post(
        reverse("take_retry", args=[take.pk]), {"key": key, "price_shown": price}, follow=True
    ).content.decode()


def test_once_more_is_one_new_take_however_often_it_is_pressed(carls: Client, shot: Shot) -> None:
    take = make(shot, state="failed", failure_class="provider", charged=0)
    pressed = again(carls, shot, take)
    assert "Take 2 is queued." in pressed()
    assert "Take 2 was queued already." in pressed()
    assert Take.objects.get(number=2).parent == take
    assert "from take 1" in sheet(carls, shot)


def test_once_more_at_another_price_is_refused(carls: Client, shot: Shot) -> None:
    pressed = again(carls, shot, make(shot), price="50.00")
    assert "costs 55 credits, and the button said 50" in pressed()
    assert Take.objects.count() == 1


def test_a_damaged_retry_is_refused(carls: Client, shot: Shot) -> None:
    take = make(shot)
    carls.post(reverse("take_retry", args=[take.pk]), {"key": "x"})
    assert Take.objects.count() == 1


def test_a_reviewer_sees_takes_but_neither_prices_nor_buttons(ritas: Client, shot: Shot) -> None:
    make(shot, 1, charged=55)
    make(shot, 2, "failed", failure_class="provider", charged=0)
    html = sheet(ritas, shot)
    assert "Take 1" in html
    for word in ("credit", "USD", "charged", "data-act", reverse("composer", args=[shot.pk])):
        assert word not in html


@pytest.mark.parametrize("name", ["rate", "select", "discard", "restore", "retry"])
def test_a_reviewer_may_not_act_and_a_stranger_sees_nothing(ritas: Client, sams: Client, shot: Shot, name: str) -> None:
    take = make(shot)
    assert press(ritas, name, take).status_code == 403
    assert press(sams, name, take).status_code == 404
    assert Take.objects.count() == 1


def test_a_stranger_sees_no_sheet(sams: Client, shot: Shot) -> None:
    assert sams.get(reverse("take_list", args=[shot.pk])).status_code == 404
    assert sams.get(reverse("take_tiles", args=[shot.pk])).status_code == 404


def test_many_takes_are_paged_newest_first(carls: Client, shot: Shot) -> None:
    for number in range(1, 31):
        make(shot, number)
    html = sheet(carls, shot)
    assert html.count("data-take ") == 24
    assert 'aria-label="Take 30"' in html
    assert "Older takes" in html


@pytest.mark.parametrize("many", [3, 50])
def test_queries_do_not_grow_with_the_takes(
    carls: Client, shot: Shot, many: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    image = AssetFactory.create(organisation=shot.project.organisation).current_version
    for number in range(1, many + 1):
        take = make(shot, number, ("ready", "running", "failed")[number % 3], failure_class="provider", charged=1)
        Take.objects.filter(pk=take.pk).update(parent=shot.takes.first(), route="image", image=image, aspect_ratio="")
    select_take(by=shot.created_by, take=make(shot, many + 1))
    with django_assert_max_num_queries(12):
        sheet(carls, shot)


def test_a_long_history_is_counted_up_to_a_bound(carls: Client, shot: Shot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assets.sheet.COUNTED", 3)
    monkeypatch.setattr("assets.views.takes.COUNTED", 3)
    for _ in range(5):
        GenerationFactory.create(take=TakeFactory.create(shot=shot), state="ready", due_at=None)
    assert '<span class="count">3+</span>' in carls.get(shot.get_absolute_url()).text
