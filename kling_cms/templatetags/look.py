"""Template tags of the look: the head's links, avatars, widths of bars, counts of characters.

The links are the same on every page, so they are written once a process.
"""

import functools
from decimal import Decimal
from typing import NamedTuple

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kling_cms.context import Frame
from projects.models import User

register = template.Library()

STYLESHEETS = (
    "tokens",
    "base",
    "layout",
    "button",
    "badge",
    "card",
    "table",
    "field",
    "modal",
    "toast",
    "empty",
    "progress",
    "stage-rail",
    "budget-bar",
    "tile",
    "avatar",
    "price-button",
    "tabs",
    "player",
    "timeline",
    "notes",
    "fold",
    "composer",
    "upload",
    "library",
    "menu",
    "filters",
    "pager",
    "breadcrumbs",
    "skeleton",
    "auth",
    "banner",
)
SCRIPTS = (
    "theme",
    "rail",
    "menu",
    "toast",
    "dialog",
    "confirm",
    "once",
    "table-keys",
    "char-count",
    "elapsed",
    "relative-time",
    "copy",
    "scrub",
    "upload",
    "price",
    "player",
    "frame-field",
    "room",
    "passkey",
)


@register.simple_tag
@functools.cache
def stylesheets() -> SafeString:
    """The links to every stylesheet, in the order of the cascade."""
    return format_html_join(
        "\n", '<link rel="stylesheet" href="{}">', ((static(f"kling_cms/css/{name}.css"),) for name in STYLESHEETS)
    )


@register.simple_tag
@functools.cache
def scripts() -> SafeString:
    """The script tags of every behaviour; modules wait for the document by themselves."""
    return format_html_join(
        "\n", '<script type="module" src="{}"></script>', ((static(f"kling_cms/js/{name}.js"),) for name in SCRIPTS)
    )


@register.simple_tag
def rail(frame: Frame) -> SafeString:
    """The left rail of the frame. It differs by section and two rights only, so each of its few faces is drawn once."""
    if frame.member is None:
        return SafeString("")
    return _draw(
        "components/_rail.html",
        section=frame.section,
        can_see_money=frame.can_see_money,
        can_administer=frame.can_administer,
    )


@register.simple_tag
def person_links(theme: str) -> SafeString:
    """The links and the themes of the person's menu; only the chosen theme ("light", "dark" or "") differs."""
    return _draw("components/_person_links.html", theme=theme)


def _draw(template_name: str, **facts: str | bool) -> SafeString:
    # While somebody works on the templates, an old drawing would only puzzle them.
    return (_drawn.__wrapped__ if settings.DEBUG else _drawn)(template_name, **facts)


@functools.cache
def _drawn(template_name: str, **facts: str | bool) -> SafeString:
    return render_to_string(template_name, facts)


@register.simple_tag
def avatar(person: User, size: str = "") -> SafeString:
    """The initials of a person on their hue, as decoration beside the name; `size` is empty or "large".

    Deactivated people are greyed, never gone.
    """
    css = ["avatar", f"hue-{person.hue}"]
    if size:
        css.append(f"avatar-{size}")
    if not person.is_active:
        css.append("avatar-off")
    return format_html('<span class="{}" aria-hidden="true">{}</span>', " ".join(css), person.initials)


BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser(user_agent: str) -> str:
    """A browser as people call it: “Firefox on Linux”; what nobody knows keeps the first 40 characters it sent."""
    name = next((word for mark, word in BROWSERS if mark in user_agent), "")
    system = next((word for mark, word in SYSTEMS if mark in user_agent), "")
    return " on ".join(part for part in (name, system) if part) or user_agent[:40] or "Unknown browser"


@register.filter
def codepoints(text: object) -> int:
    """The length of a text in code points, as Kie counts it; nothing counts as 0."""
    return len(str(text)) if text is not None else 0


@register.filter
def percent_of(part: Decimal | float | int | None, whole: Decimal | float | int | None) -> str:
    """`part` of `whole` in per cent, 0 to 100, with a point whatever the language: for the width of a bar in SVG."""
    if not part or not whole or whole <= 0:
        return "0"
    share = min(max(Decimal(part) / Decimal(whole) * 100, Decimal(0)), Decimal(100))
    return f"{share:.2f}"


class BudgetShares(NamedTuple):
    """A budget as widths of its bar in per cent (text with a point), free credits, used in whole per cent, role."""

    settled: str
    held: str
    tick: str
    free: Decimal
    used: int
    role: str


@register.simple_tag
def budget_shares(settled: Decimal | int, held: Decimal | int, limit: Decimal | int | None) -> BudgetShares:
    """The bar of a budget in credits: full at the limit, or at what was used once that is more.

    Amber from 80 %, red from 95 %.
    Without a limit the bar shows settled against held.
    """
    used = Decimal(settled) + Decimal(held)
    if limit is None:
        return BudgetShares(percent_of(settled, used), percent_of(held, used), "", Decimal(0), 0, "")
    whole = max(used, Decimal(limit))
    share = int(used * 100 / limit) if limit else (100 if used else 0)
    role = "bad" if share >= 95 else "warn" if share >= 80 else ""
    tick = percent_of(limit, whole) if used > limit else ""
    return BudgetShares(percent_of(settled, whole), percent_of(held, whole), tick, Decimal(limit) - used, share, role)
