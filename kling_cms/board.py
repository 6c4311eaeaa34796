"""The tiles of the board: what each shows as one value, drawn once and remembered.

A tile is a pure function of its facts: the same facts give the same markup from memory, a change of any fact gives
a new tile. That keeps a board of fifty shots about as cheap as a plain list.
"""

from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.http import QueryDict
from django.template.loader import get_template
from django.utils.safestring import SafeString

from assets.models import Shot
from assets.models.shot import STAGE_OF, ShotState
from kling_cms.insights import SeatDot, reviewer_dots, shot_states
from projects.models import Project

BOARD_SIZE = 50
TILES_REMEMBERED = 4096
NAME_LENGTH = 120  # of a shot; SQLite fails on patterns of tens of thousands


class TileFacts(NamedTuple):
    """All that a tile shows. `spent` (credits, `rate` USD each) is None for people who may see no prices."""

    shot: UUID
    number: int
    name: str
    state: str
    running: int
    open_notes: int
    version: UUID | None
    version_number: int | None
    clip: UUID | None
    poster: str | None
    sprite_frames: int | None
    spent: Decimal | None
    rate: Decimal = Decimal(0)
    dots: tuple[SeatDot, ...] = ()


COLUMNS = (
    "pk",
    "number",
    "name",
    "state",
    "running",
    "open_notes",
    "current_version_id",
    "current_version__number",
    "poster_clip_id",
    "poster_clip__poster",
    "poster_clip__sprite_frames",
    "spent",
)
# In every other state nobody has been asked about the current version.
JUDGED = {ShotState.IN_REVIEW, ShotState.CHANGES_WANTED, ShotState.APPROVED, ShotState.DELIVERED}
STATE = COLUMNS.index("state")
FILTERS = ("stage", "q", "after")


@lru_cache(maxsize=TILES_REMEMBERED)
def tile(facts: TileFacts) -> SafeString:
    """The markup of one tile."""
    return SafeString(get_template("projects/_tile.html").render({"tile": facts}))


class Board(NamedTuple):
    """A page of tiles by shot number, the query of the next page (empty at the end), and every shot's state and age."""

    tiles: list[SafeString]
    following: str
    states: list[tuple[str, datetime]]


def board(project: Project, params: QueryDict, *, money: bool) -> Board:
    """The page that `params` ask for (`stage`, `q`, `after`); two queries, three where it doesn't show every shot."""
    found = list(_wanted(project, params).values_list(*COLUMNS, "state_since")[: BOARD_SIZE + 1])
    rows = [TileFacts(*row[:-1]) for row in found]
    whole = len(rows) <= BOARD_SIZE and not any(params.get(name) for name in FILTERS)
    states = [(row[STATE], row[-1]) for row in found] if whole else shot_states(project.shots.all())
    following = ""
    if len(rows) > BOARD_SIZE:
        rows = rows[:BOARD_SIZE]
        query = params.copy()
        query["after"] = str(rows[-1].number)
        following = f"?{query.urlencode()}"
    dots = reviewer_dots(row.version for row in rows if row.version and row.state in JUDGED)
    rate = project.organisation.usd_per_credit
    tiles = [
        tile(row._replace(dots=dots.get(row.shot, ()), spent=row.spent if money else None, rate=rate)) for row in rows
    ]
    return Board(tiles, following, states)


def _wanted(project: Project, params: QueryDict) -> QuerySet[Shot]:
    shots = project.shots.order_by("number")
    states = [state for state, stage in STAGE_OF.items() if stage == params.get("stage")]
    if states:
        shots = shots.filter(state__in=states)
    if words := params.get("q", "").replace("\0", "")[:NAME_LENGTH]:
        shots = shots.filter(name__icontains=words)
    after = params.get("after", "")
    if after.isascii() and after.isdigit():
        shots = shots.filter(number__gt=int(after[:9]))
    return shots
