"""Filters and tags every template has: money, time, states, frames, icons."""

from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from lucide.templatetags.lucide import lucide

from projects.access import ACTING_FOR
from projects.states import StateLook, look_of

register = template.Library()

DAY = timedelta(days=1)


@register.simple_tag
@lru_cache(maxsize=512)
def icon(name: str, size: int = 16) -> SafeString:
    """An inline lucide icon, hidden from screen readers: the word beside it speaks. Drawn once, then remembered."""
    return SafeString(lucide(name, size=size, aria_hidden="true", focusable="false", **{"class": "icon"}))


@register.simple_tag(takes_context=True)
def acting_for(context: Context) -> SafeString:
    """The hidden field of a form that acts on the organisation as a whole: which one (`projects.access.with_right`)."""
    member = context["request"].member
    return format_html('<input type="hidden" name="{}" value="{}">', ACTING_FOR, member.organisation_id)


@register.filter
def look(state: str) -> StateLook:
    """Icon, word and role of a state (`projects.states`)."""
    return look_of(state)


@register.simple_tag
@lru_cache(maxsize=256)
def pill(state: str) -> SafeString:
    """The state pill: icon and word on a soft ground."""
    face = look_of(state)
    return format_html('<span class="pill pill-{}">{}{}</span>', face.role, icon(face.icon, 14), face.word)


def plain_number(value: Decimal) -> str:
    """A credit figure without needless zeros, never rounded: 55, 27.5, 1,204.25."""
    text = f"{value:,.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def credits(value: Decimal | int | None) -> str:
    """“55 credits”; a dash where nothing is known."""
    if value is None:
        return "–"
    return f"{plain_number(Decimal(value))} credit{'' if value == 1 else 's'}"


@register.filter
def number(value: Decimal | int | None) -> str:
    """The bare credit figure for columns."""
    return "–" if value is None else plain_number(Decimal(value))


@register.filter
def usd(value: Decimal | int | None, rate: Decimal) -> str:
    """Credits as USD at the organisation's rate, to the cent or as exactly as the sum is: USD 0.55, USD 0.275."""
    if value is None:
        return "–"
    amount = (Decimal(value) * Decimal(rate)).normalize()
    exponent = amount.as_tuple().exponent
    decimals = max(2, -exponent) if isinstance(exponent, int) else 2
    return f"USD {amount:,.{decimals}f}"


@register.filter
def timecode(frame: int, fps: Decimal | int) -> str:
    """A frame number (from 0) as HH:MM:SS:FF."""
    rate = max(round(fps), 1)
    seconds, rest = divmod(int(frame), rate)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{rest:02}"


@register.filter
def duration(span: timedelta | int | float | Decimal | None) -> str:
    """Seconds or a timedelta in at most two units: 48 s, 3 min 5 s, 2 h 10 min, 4 d 3 h."""
    if span is None:
        return "–"
    total = int(span.total_seconds() if isinstance(span, timedelta) else span)
    units = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"))
    parts = []
    for size, name in units:
        amount, total = divmod(max(total, 0), size)
        if amount:
            parts.append(f"{amount} {name}")
        elif parts:
            break
    return " ".join(parts[:2]) or "0 s"


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """A past moment: relative text, absolute in the person's zone on hover."""
    if moment is None:
        return "–"
    age = timezone.now() - moment
    text = (
        "just now" if age < timedelta(minutes=1) else f"{duration(age).split(' ')[0]} {duration(age).split(' ')[1]} ago"
    )
    return time_element(moment, text)


@register.filter
def due(moment: datetime | None) -> SafeString | str:
    """A deadline: “due Thu 14:00”, amber within a day, red after."""
    if moment is None:
        return "no deadline"
    left = moment - timezone.now()
    near = abs(left) < timedelta(days=6)
    local = timezone.localtime(moment)
    text = f"due {date_format(local, 'D H:i' if near else 'j M H:i')}"
    if left < timedelta(0):
        return time_element(moment, f"{text}, {duration(-left)} late", "due due-late")
    return time_element(moment, text, "due due-soon" if left < DAY else "due")


def time_element(moment: datetime, text: str, css: str = "") -> SafeString:
    """A `<time>` with the absolute moment in the person's zone as its title."""
    local = timezone.localtime(moment)
    absolute = f"{date_format(local, 'j M Y H:i')} {local.tzname()}"
    return format_html('<time class="{}" datetime="{}" title="{}">{}</time>', css, local.isoformat(), absolute, text)
