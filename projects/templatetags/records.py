"""Filters of the pages that list rows of the log and of projects."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.apps import apps
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from projects.models import AuditEntry
from projects.templatetags.house import time_element

register = template.Library()


@register.filter
def at(values: Mapping[Any, Any], key: Any) -> Any:
    """The value under a key; 0 where there is none."""
    return values.get(key, 0)


@register.filter
def moment(value: datetime) -> SafeString:
    """A moment to the second in the person's zone: in a log, “3 h ago” says too little."""
    return time_element(value, date_format(timezone.localtime(value), "j M Y H:i:s"))


@register.filter
def kind_of_thing(entry: AuditEntry) -> str:
    """What kind of thing an audit row is about, in words."""
    return _kinds().get(entry.target_type, entry.target_type)


@register.filter
def changes(entry: AuditEntry) -> list[tuple[str, str, str]]:
    """(field, old, new) of an audit row, in words."""
    return [(field.replace("_", " "), _words(old), _words(new)) for field, (old, new) in entry.changes.items()]


@cache
def _kinds() -> dict[str, str]:
    return {model._meta.model_name or "": str(model._meta.verbose_name) for model in apps.get_models()}


def _words(value: Any) -> str:
    match value:
        case None | "" | []:
            return "–"
        case bool():
            return "yes" if value else "no"
        case list():
            return "; ".join(map(str, value))
        case str() if (at_time := _moment(value)) is not None:
            return date_format(timezone.localtime(at_time), "j M Y H:i")
        case _:
            return str(value)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text) if len(text) > 18 else None
    except ValueError:
        return None
    return found if found and timezone.is_aware(found) else None
