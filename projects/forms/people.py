"""Forms about people: organisations, members, invitations, profiles, the audit log's filters."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone

from projects.actions.profile import Wish
from projects.models import NotificationKind, User
from projects.models.audit import MACHINE
from projects.roles import Role

ROLE_NOTES = {
    Role.ADMIN: "Everything, with people, budgets, prices and the audit log.",
    Role.PRODUCER: "Runs projects: briefs, reviews, decisions, deliveries. Reads the ledger.",
    Role.CREATOR: "Adds assets, generates and selects takes, asks for reviews. Sees prices.",
    Role.REVIEWER: "Writes notes, approves or requests changes, downloads. Sees no prices.",
}
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 12, 31)


class OrganisationForm(forms.Form):
    """What the organisation is called."""

    name = forms.CharField(max_length=120)


class InvitationForm(forms.Form):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label="E-mail address",
        max_length=254,
        help_text="The link in the mail works once, for this address only, for seven days.",
    )
    role = forms.ChoiceField(choices=Role.choices, initial=Role.CREATOR, widget=forms.RadioSelect)

    def roles(self) -> list[tuple[str, str, str, bool]]:
        """The roles to choose from: value, name, what it may do, whether it is chosen."""
        chosen = self["role"].value()
        return [(role.value, str(role.label), note, role.value == chosen) for role, note in ROLE_NOTES.items()]


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)


class AcceptForm(forms.Form):
    """A new person's name and password."""

    name = forms.CharField(
        label="Your name",
        max_length=120,
        help_text="It stands beside what you write and decide.",
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label="Choose a password",
        max_length=256,
        strip=False,
        help_text="At least 8 characters, and not a common one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}, render_value=False),
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        """Django's validators, which also compare with the name and the address."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return password


@cache
def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """The time zones of the world by area, UTC first; old aliases without an area are left out."""
    areas: dict[str, list[tuple[str, str]]] = {"Everywhere": [("UTC", "UTC")]}
    for zone in sorted(available_timezones()):
        area, _, place = zone.partition("/")
        if place and area not in ("Etc", "SystemV"):
            areas.setdefault(area, []).append((zone, place.replace("_", " ")))
    return list(areas.items())


class ProfileForm(forms.Form):
    """One's own name and time zone."""

    name = forms.CharField(max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    time_zone = forms.ChoiceField(choices=zones, help_text="Deadlines and times are shown and typed in it.")


class PreferencesForm(forms.Form):
    """Two boxes a kind of notification: in the app, by mail."""

    def __init__(self, *args: Any, wishes: dict[NotificationKind, Wish], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind, wish in wishes.items():
            for way, on in wish._asdict().items():
                words = "in the app" if way == "in_app" else "by mail"
                self.fields[f"{kind}-{way}"] = forms.BooleanField(
                    label=f"{kind.label} {words}", required=False, initial=on
                )

    def rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """(kind in words, box in the app, box by mail) for the page."""
        return [(kind.label, self[f"{kind}-in_app"], self[f"{kind}-by_mail"]) for kind in NotificationKind]

    def wishes(self) -> dict[NotificationKind, Wish]:
        """What was ticked, after validation."""
        ticked = self.cleaned_data
        return {kind: Wish(ticked[f"{kind}-in_app"], ticked[f"{kind}-by_mail"]) for kind in NotificationKind}


class DayField(forms.DateField):
    """A day somebody could mean; moments outside this century overflow on their way to UTC."""

    def __init__(self, *, label: str) -> None:
        super().__init__(label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def clean(self, value: object) -> date | None:
        """Raise ValidationError for what is no day of this century."""
        day: date | None = super().clean(value)
        if day and not FIRST_DAY <= day <= LAST_DAY:
            raise ValidationError("Use a day between 2000 and 2100.")
        return day


class AuditFilterForm(forms.Form):
    """Who, what, on which kind of thing, when, and a piece of text."""

    person = forms.ChoiceField(required=False)
    verb = forms.ChoiceField(label="Did what", required=False)
    kind = forms.ChoiceField(label="Kind of thing", required=False)
    since = DayField(label="From")
    until = DayField(label="To")
    text = forms.CharField(
        label="Called", required=False, max_length=200, widget=forms.TextInput(attrs={"type": "search"})
    )

    def __init__(
        self,
        data: QueryDict,
        *,
        people: Iterable[User],
        verbs: Iterable[str],
        kinds: Iterable[tuple[str, str]],
    ) -> None:
        super().__init__(data)
        named = [(str(person.pk), str(person)) for person in people]
        self.fields["person"] = forms.ChoiceField(
            required=False, choices=[("", "Anybody"), *named, (MACHINE, "Kling CMS itself")]
        )
        self.fields["verb"] = forms.ChoiceField(
            label="Did what", required=False, choices=[("", "Anything"), *((verb, verb) for verb in verbs)]
        )
        self.fields["kind"] = forms.ChoiceField(
            label="Kind of thing", required=False, choices=[("", "Any kind"), *kinds]
        )

    def clean(self) -> None:
        """A range that ends before it begins finds nothing; say so."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and until < since:
            self.add_error("until", "This day is before the first one.")

    def moments(self) -> tuple[datetime | None, datetime | None]:
        """The range in the person's zone, from the first moment of the one day to the last of the other."""
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return _midnight(since), _midnight(until + timedelta(days=1) if until else None)


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time.min)) if day else None
