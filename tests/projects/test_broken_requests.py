"""Cookies and addresses that nobody's browser writes: an answer, never a server error."""

import pytest
from django.test import Client

from projects.models import Project, User
from tests.conftest import client_of

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize(
    "cookie", [r'sessionid="abcdefghij\000klm"', r'sessionid="\377\376abcdefgh"', r'messages="\000"', r'theme="\000"']
)
def test_a_broken_cookie_is_nobodys(db: None, cookie: str) -> None:
    assert Client().get("/accounts/login/", headers={"cookie": cookie}).status_code == 200


def test_a_good_cookie_is_somebodys(alice: User) -> None:
    assert client_of(alice).get("/").status_code == 200


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff%fe", "q=" + "a" * 60_000, "stage=%00", "after=%D9%A1", "after=99999999999999999999"]
)
def test_the_board_answers_odd_filters(pats_board: tuple[Client, str], query: str) -> None:
    browser, address = pats_board
    assert browser.get(f"{address}?{query}").status_code == 200


@pytest.fixture
def pats_board(pats: Client, project: Project) -> tuple[Client, str]:
    """Pat's browser and the address of the board."""
    return pats, project.get_absolute_url()
