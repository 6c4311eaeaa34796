"""The review pages: queue, room, asking; what they show, keep and refuse."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from assets.models import LineStop, Shot, StopReason, Version
from projects.models import Brief, Project, User
from reviews.actions.asking import ask_review
from reviews.actions.notes import add_note, reply
from reviews.models import Decision, Note, NoteAnswer, Round
from tests.factories import GenerationFactory, PriceFactory, ShotFactory, TakeFactory, VersionFactory

PAGE_QUERIES = 12


@pytest.fixture
def version(shot: Shot, carl: User) -> Version:
    """Carl's v1 with its job."""
    take = TakeFactory.create(shot=shot, created_by=carl)
    GenerationFactory.create(take=take, state="ready", due_at=None)
    return VersionFactory.create(take=take)


@pytest.fixture
def asked(version: Version, carl: User, rita: User) -> Round:
    """Rita is asked."""
    return ask_review(by=carl, version=version, reviewers=[rita], message="Look at the logo")


def room(version: Version) -> str:
    """The address of the review room."""
    return version.get_absolute_url()


def test_the_queue_shows_what_waits_for_me(ritas: Client, asked: Round) -> None:
    assert str(asked.version) in ritas.get(reverse("review_queue")).text


def test_the_queue_forgets_what_i_decided(ritas: Client, asked: Round) -> None:
    data = {"verdict": "approve", "file_sha256": asked.file_sha256}
    ritas.post(reverse("round_decide", args=[asked.pk]), data)
    assert "Nothing waits for your decision" in ritas.get(reverse("review_queue")).text


def test_a_reviewer_sees_no_price_in_the_room(ritas: Client, version: Version) -> None:
    assert "credits" not in ritas.get(room(version)).text


def test_a_creator_sees_the_cost_in_the_room(carls: Client, version: Version) -> None:
    assert "55 credits" in carls.get(room(version)).text


def test_the_room_shows_what_the_brief_asks_for(ritas: Client, version: Version) -> None:
    Brief.objects.filter(project=version.shot.project).update(acceptance_criteria=["The cup is ours"])
    assert "The cup is ours" in ritas.get(room(version)).text


def test_a_new_note_comes_back_to_its_frame(ritas: Client, version: Version) -> None:
    answer = ritas.post(reverse("note_add", args=[version.pk]), {"text": "Too dark here", "frame": "31"})
    assert f"{room(version)}?frame=31#note-" in answer["Location"]


def test_settling_a_note_on_the_whole_clip_names_no_frame(ritas: Client, version: Version, rita: User) -> None:
    note = add_note(by=rita, version=version, text="Brighter throughout")
    answer = ritas.post(reverse("note_resolve", args=[note.pk]))
    assert answer["Location"] == f"{room(version)}#note-{note.pk}"


def test_approving_in_the_room_decides_about_the_shown_file(ritas: Client, asked: Round) -> None:
    data = {"verdict": "approve", "file_sha256": asked.file_sha256}
    ritas.post(reverse("round_decide", args=[asked.pk]), data)
    assert Decision.objects.get(round=asked).file_sha256 == asked.file_sha256


def test_a_refused_decision_keeps_the_page_and_says_why(ritas: Client, asked: Round) -> None:
    answer = ritas.post(
        reverse("round_decide", args=[asked.pk]), {"verdict": "reject", "file_sha256": asked.file_sha256, "reason": " "}
    )
    assert answer.status_code == 422
    assert "needs a reason" in answer.text


def test_a_note_that_is_refused_keeps_its_text(ritas: Client, version: Version) -> None:
    answer = ritas.post(reverse("note_add", args=[version.pk]), {"text": "Too dark here", "frame": "999"})
    assert answer.status_code == 422
    assert "Too dark here" in answer.text


@pytest.mark.parametrize("text", ["a\0b", "x" * 4001])
def test_text_that_cannot_be_kept_exactly_is_refused(ritas: Client, version: Version, text: str) -> None:
    assert ritas.post(reverse("note_add", args=[version.pk]), {"text": text}).status_code == 422
    assert not Note.objects.exists()


def test_the_room_shows_markup_in_notes_as_text(ritas: Client, version: Version, rita: User) -> None:
    add_note(by=rita, version=version, text="<script>alert(1)</script>", frame=3)
    assert "<script>alert(1)" not in ritas.get(room(version)).text


def test_asking_with_a_past_deadline_keeps_what_was_picked(carls: Client, version: Version, rita: User) -> None:
    answer = carls.post(
        reverse("review_ask", args=[version.pk]),
        {"reviewers": [str(rita.pk)], "due_at": "2020-01-01T10:00", "message": "Look at the logo"},
    )
    assert answer.status_code == 422
    assert "Look at the logo" in answer.text


def test_the_maker_is_not_offered_as_a_reviewer(pats: Client, shot: Shot, pat: User, rita: User) -> None:
    version = VersionFactory.create(take=TakeFactory.create(shot=shot, created_by=pat))
    form = pats.get(reverse("review_ask", args=[version.pk])).context["form"]
    assert list(form.people) == [str(rita.pk)]


def test_revising_ties_the_new_takes_to_the_ticked_notes(carls: Client, asked: Round, rita: User) -> None:
    PriceFactory.create()
    note = add_note(by=rita, version=asked.version, text="Hold the push", frame=31)
    add_note(by=rita, version=asked.version, text="Not this one")
    address = reverse("version_revise", args=[asked.version_id])
    page = carls.get(address)
    fields = {name: page.context["form"][name].value() for name in ("route", "prompt", "seconds", "aspect_ratio")}
    fields |= {"sound": "off", "takes": "2", "key": page.context["key"], "answers": [str(note.pk)]}
    answer = carls.post(address, {**fields, "price_shown": "110"})
    assert answer.status_code == 302
    assert {(answered.note_id, answered.take.parent) for answered in NoteAnswer.objects.all()} == {
        (note.pk, asked.version.take)
    }


@pytest.mark.parametrize("amount", [1, 30])
def test_the_room_costs_the_same_with_many_notes(
    ritas: Client, asked: Round, rita: User, django_assert_max_num_queries: DjangoAssertNumQueries, amount: int
) -> None:
    for n in range(amount):
        reply(by=rita, note=add_note(by=rita, version=asked.version, text=f"Note {n}", frame=n), text="Yes")
    with django_assert_max_num_queries(PAGE_QUERIES):
        ritas.get(room(asked.version))


@pytest.mark.parametrize("amount", [1, 30])
def test_the_queue_costs_the_same_with_many_rounds(
    ritas: Client,
    project: Project,
    carl: User,
    rita: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    amount: int,
) -> None:
    for _ in range(amount):
        version = VersionFactory.create(
            take=TakeFactory.create(shot=ShotFactory.create(project=project), created_by=carl)
        )
        ask_review(by=carl, version=version, reviewers=[rita])
    with django_assert_max_num_queries(PAGE_QUERIES):
        ritas.get(reverse("review_queue"))


@pytest.mark.parametrize("amount", [1, 30])
def test_the_board_costs_the_same_with_many_shots(
    pats: Client,
    project: Project,
    carl: User,
    rita: User,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    amount: int,
) -> None:
    for _ in range(amount):
        version = VersionFactory.create(
            take=TakeFactory.create(shot=ShotFactory.create(project=project), created_by=carl)
        )
        ask_review(by=carl, version=version, reviewers=[rita])
    with django_assert_max_num_queries(PAGE_QUERIES):
        pats.get(project.get_absolute_url())


def test_the_board_shows_who_stands_where(pats: Client, asked: Round) -> None:
    page = pats.get(asked.shot.project.get_absolute_url()).text
    assert "Rita Rossi: waiting" in page


def test_the_board_filters_by_stage_and_name(pats: Client, asked: Round, project: Project) -> None:
    ShotFactory.create(project=project, name="Closing")
    address = project.get_absolute_url()
    assert "Closing" not in pats.get(address, {"stage": "review"}).text
    assert "Opening" not in pats.get(address, {"q": "clos"}).text


def test_the_board_pages_by_shot_number(pats: Client, project: Project) -> None:
    for n in range(1, 53):
        ShotFactory.create(project=project, number=n, name=f"Number {n}")
    page = pats.get(project.get_absolute_url()).context
    assert (len(page["tiles"]), page["more"]) == (50, "?after=50")


def test_home_shows_each_role_what_waits_for_it(ritas: Client, carls: Client, pats: Client, asked: Round) -> None:
    assert str(asked.version) in ritas.get("/").text
    assert "Needs rework" in carls.get("/").text
    assert "Overdue people" in pats.get("/").text


def test_a_stopped_line_is_told_to_those_who_can_start_it(alices: Client, carls: Client) -> None:
    LineStop.objects.create(reason=StopReason.CREDITS)
    assert "No take is submitted" in alices.get(reverse("review_queue")).text
    assert "No take is submitted" not in carls.get(reverse("review_queue")).text


def test_asking_about_an_approved_version_says_what_it_holds_back(carls: Client, asked: Round) -> None:
    Shot.objects.filter(pk=asked.shot_id).update(state="approved")
    answer = carls.get(reverse("review_ask", args=[asked.version_id]))
    assert "until the new round is over" in answer.text
