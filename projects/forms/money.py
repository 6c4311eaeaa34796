"""Forms about budgets and the ledger."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from projects.forms.people import DayField
from projects.ledger import LedgerFilter
from projects.models import LedgerKind, Organisation, Project, User

SELECTED = mark_safe(" selected")


class LongSelect(forms.Select):
    """A select that writes its options straight: Django's renders a template each, 50 ms for two hundred projects."""

    def render(
        self, name: str, value: Any, attrs: Mapping[str, Any] | None = None, renderer: BaseRenderer | None = None
    ) -> SafeString:
        """The element as HTML."""
        chosen = "" if value is None else str(value)
        options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((key, SELECTED if str(key) == chosen else "", label) for key, label in self.choices),
        )
        named = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>{}</select>", flatatt(named), options)


class LimitForm(forms.Form):
    """A limit in credits."""

    limit = forms.DecimalField(
        label="Limit in credits",
        min_value=Decimal(0),
        max_digits=12,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        error_messages={"min_value": "A limit can't be below 0 credits."},
    )


class MonthLimitForm(LimitForm):
    """This month's limit, and whether later months begin with it."""

    coming = forms.BooleanField(label="Also for the coming months", required=False, initial=True)


class LedgerFilterForm(forms.Form):
    """Project, kind, person, range of days and text; all of them live in the address."""

    project = forms.ModelChoiceField(
        Project.objects.none(), required=False, empty_label="All projects", widget=LongSelect
    )
    kind = forms.ChoiceField(choices=[("", "All kinds"), *LedgerKind.choices], required=False)
    person = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Everybody", widget=LongSelect)
    since = DayField(label="From")
    until = DayField(label="To")
    text = forms.CharField(
        label="What, or a job's key", required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(self, data: QueryDict, organisation: Organisation) -> None:
        super().__init__(data)
        self._choose("project", Project.objects.filter(organisation=organisation).order_by("name", "pk"))
        self._choose("person", User.objects.filter(memberships__organisation=organisation).order_by("name", "email"))

    def _choose(self, name: str, rows: Any) -> None:
        cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows

    def clean(self) -> None:
        """A range that ends before it begins finds nothing; say so."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "This day is before the first one.")

    def wanted(self) -> LedgerFilter:
        """The filter of a good form; days are the person's own."""
        found = self.cleaned_data
        until = found["until"]
        return LedgerFilter(
            project=found["project"],
            kind=found["kind"],
            person=found["person"],
            since=_midnight(found["since"]),
            until=_midnight(until + timedelta(days=1) if until else None),
            text=found["text"],
        )


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
