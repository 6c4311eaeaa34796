"""What the composer shows beside its form: the price and the budget after it, hints, the pictures to choose from."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Max, Q

from assets.forms.composer import ComposerForm, usable_images
from assets.models import AssetVersion, Shot, Take
from assets.pricing import PriceTable, price_rows, price_table, smallest_request
from assets.prompts import Hint, image_hints, prompt_hints, typed
from assets.requests import MODEL_OF, TakeRequest
from projects.actions.money import BudgetStanding, standing
from projects.goals import Route
from projects.models import User
from projects.templatetags.house import credits as in_credits
from projects.templatetags.house import plain_number, usd

PICKER_SIZE = 24
NO_IMAGE = "Choose the image first."


def fresh_key(by: User, shot: Shot, parent: Take | None = None) -> str:
    """The idempotency key of a form opened now.

    Made from the person, the shot, its last take and the take to start from: two tabs opened before anything was queued
    carry one key, and a form opened after that carries another.
    """
    last = shot.takes.aggregate(last=Max("number"))["last"] or 0
    return key_after(by, shot, last, parent)


def key_after(by: User, shot: Shot, last: int, parent: Take | None = None, *, button: str = "composer") -> str:
    """`fresh_key` when the number of the shot's last take is known; each kind of paid button has keys of its own."""
    parts = (button, str(by.pk), str(shot.pk), str(last), str(parent.pk if parent else ""))
    return hashlib.sha256(":".join(parts).encode()).hexdigest()[:32]


def asks_the_same(takes: Sequence[Take], wanted: TakeRequest, count: int) -> bool:
    """Whether queued takes are what a form asks for, or it was changed after it had been sent."""
    return len(takes) == count and all(
        (take.route, take.prompt, take.seconds, take.sound, take.aspect_ratio, take.image_id)
        == (
            wanted.route,
            wanted.prompt,
            wanted.seconds,
            wanted.sound,
            wanted.aspect_ratio,
            getattr(wanted.image, "pk", None),
        )
        for take in takes
    )


@dataclass(frozen=True, slots=True)
class Draft:
    """What the form holds at the moment, valid or not."""

    wanted: TakeRequest
    takes: int


def draft_of(form: ComposerForm) -> Draft:
    """Read the form's values without judging them."""
    by_image = str(form["route"].value()) == Route.IMAGE
    wanted = TakeRequest(
        route=Route.IMAGE if by_image else Route.TEXT,
        prompt=typed(str(form["prompt"].value() or "")),
        seconds=_whole(form["seconds"].value()),
        sound=form["sound"].value() == "on",
        aspect_ratio=str(form["aspect_ratio"].value() or ""),
    )
    return Draft(wanted, max(_whole(form["takes"].value()), 1))


def _whole(value: Any) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 0


@dataclass(frozen=True, slots=True)
class PriceBlock:
    """The button: `total` credits for all takes (None: no price), and the words around it; `reason`: why not."""

    label: str
    total: Decimal | None
    usd: str
    after: str
    reason: str
    table: dict[str, object]


def price_block(shot: Shot, draft: Draft, table: PriceTable) -> PriceBlock:
    """The price of what the form holds, and the budgets after it. One query."""
    organisation = shot.project.organisation
    left = standing(organisation, shot.project)
    takes, rate = draft.takes, organisation.usd_per_credit
    row = table.get((draft.wanted.model, draft.wanted.seconds, draft.wanted.sound))
    total = row.credits * takes if row else None
    each = f" · {in_credits(row.credits)} a take" if row and takes > 1 else ""
    return PriceBlock(
        label=f"Generate {takes} {'take' if takes == 1 else 'takes'}",
        total=total,
        usd=f"{usd(total, rate)}{each}" if total is not None else "",
        after=_after(left, total),
        reason=row.shut if row and row.shut else _reason(left, total),
        table={"rate": str(rate), "free": str(left.free), "budget": _tightest(left), "rows": price_rows(table)},
    )


def _tightest(left: BudgetStanding) -> str:
    return "This project" if left.project and left.project.free <= left.month.free else "This month"


def _after(left: BudgetStanding, total: Decimal | None) -> str:
    text = f"{_tightest(left)}: {in_credits(left.free)} free"
    return f"{text}, {plain_number(left.free - total)} after" if total is not None and total <= left.free else text


def _reason(left: BudgetStanding, total: Decimal | None) -> str:
    if total is None:
        return "There is no price for this choice. An admin can set one under Settings, Prices."
    if total > left.free:
        return f"This needs {in_credits(total)}; {plain_number(left.free)} are free."
    return ""


def hints_of(shot: Shot, draft: Draft, image: AssetVersion | None, table: PriceTable, today: date) -> list[Hint]:
    """The lint cards, what would be refused first."""
    wanted = draft.wanted
    found = prompt_hints(wanted.prompt)
    if wanted.route == Route.IMAGE and image is not None:
        found += image_hints(image, shot.project.brief.defaults.aspect_ratio, today)
    if smaller := smallest_request(table, wanted):
        sound = "with sound" if smaller.sound else "without sound"
        text = f"{smaller.seconds} s {sound} answers this for {smaller.share}: {in_credits(smaller.credits)} a take."
        found.append(Hint("info", "smaller", text))
    order = ("bad", "warn", "info")
    return sorted(found, key=lambda hint: order.index(hint.level))


@dataclass(frozen=True, slots=True)
class Choice:
    """One picture of the picker; `problem` says why it can't start a clip."""

    image: AssetVersion
    problem: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Picker:
    """The pictures to choose from: the chosen one first, then the newest that fit the search."""

    choices: list[Choice]
    more: bool
    q: str
    chosen: AssetVersion | None


def picker_of(shot: Shot, chosen_pk: str, q: str, today: date, also: Take | None = None) -> Picker:
    """At most 24 pictures whose name or tag holds `q`; the chosen one stays in sight. One or two queries."""
    images = usable_images(shot, also.image_id if also else None)
    q = q.replace("\0", "").strip()[:80]
    fitting = images
    if q:
        tagged = Q(asset__tags__name__icontains=q)
        fitting = images.filter(Q(asset__name__icontains=q) | tagged).distinct()
    rows = list(fitting[: PICKER_SIZE + 1])
    more, rows = len(rows) > PICKER_SIZE, rows[:PICKER_SIZE]
    chosen = next((image for image in rows if str(image.pk) == chosen_pk), None)
    if chosen is None and (chosen := _image(shot, chosen_pk, also)):
        rows.insert(0, chosen)
    choices = [Choice(image, image.asset.rights_problem(today), image is chosen) for image in rows]
    return Picker(choices, more, q, chosen)


def _image(shot: Shot, pk: str, also: Take | None) -> AssetVersion | None:
    key = as_uuid(pk)
    return usable_images(shot, also.image_id if also else None).filter(pk=key).first() if key else None


def as_uuid(text: str) -> UUID | None:
    """The id that a text from outside names, or None."""
    try:
        return UUID(text)
    except ValueError:
        return None


def compose_context(
    *, by: User, shot: Shot, form: ComposerForm, parent: Take | None, q: str, today: date
) -> dict[str, Any]:
    """Everything `assets/composer.html` shows. Four or five queries, however long the library is."""
    table = price_table(shot.project.organisation)
    draft = draft_of(form)
    picker = picker_of(shot, str(form["image"].value() or ""), q, today, parent)
    return {
        "shot": shot,
        "project": shot.project,
        "brief": shot.project.brief,
        "form": form,
        "parent": parent,
        "picker": picker,
        "price": price_block(shot, draft, table),
        "hints": hints_of(shot, draft, picker.chosen, table, today),
        "key": fresh_key(by, shot, parent),
        "models": MODEL_OF,
    }
