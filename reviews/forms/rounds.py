"""Forms of asking, noting and deciding."""

from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from assets.models import Version
from projects.models import Member, User
from projects.roles import Right, roles_with
from reviews.actions.asking import authors_of
from reviews.models import Verdict

USUAL_DEADLINE = timedelta(days=2)


def possible_reviewers(version: Version) -> list[User]:
    """Active members who may decide and did not make the version, by name."""
    members = (
        Member.objects.active()
        .filter(organisation=version.shot.project.organisation, role__in=roles_with(Right.DECIDE))
        .exclude(user__in=authors_of(version))
        .select_related("user")
        .order_by("user__name", "user__email")
    )
    return [member.user for member in members]


def usual_deadline() -> Any:
    """Two days from now, at the full hour, in the person's zone."""
    return timezone.localtime(timezone.now() + USUAL_DEADLINE).replace(minute=0, second=0, microsecond=0)


class AskForm(forms.Form):
    """Whom to ask about a version, until when, and how many yeses suffice."""

    reviewers = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Pick at least one reviewer."},
    )
    needed = forms.TypedChoiceField(
        label="Approvals needed",
        coerce=int,
        empty_value=None,
        required=False,
        help_text="One request for changes ends the round, so that the work can go on.",
    )
    due_at = forms.DateTimeField(
        label="Due",
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text="In your time zone.",
    )
    message = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="What should they look at?",
    )

    def __init__(self, *args: Any, version: Version, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(user.pk): user for user in possible_reviewers(version)}
        people = cast("forms.MultipleChoiceField", self.fields["reviewers"])
        people.choices = [(key, str(user)) for key, user in self.people.items()]
        needed = cast("forms.TypedChoiceField", self.fields["needed"])
        needed.choices = [("", "All of them"), *((n, str(n)) for n in range(1, len(self.people) + 1))]
        self.fields["due_at"].initial = usual_deadline

    def clean_due_at(self) -> datetime | None:
        """A moment of this century: one at the end of all years can't be shown in another zone."""
        due_at: datetime | None = self.cleaned_data["due_at"]
        if due_at and not 2000 <= due_at.year <= 2100:
            raise ValidationError("Use a year between 2000 and 2100.")
        return due_at

    def chosen(self) -> list[User]:
        """The people picked, after validation."""
        return [self.people[key] for key in self.cleaned_data["reviewers"]]


class NoteForm(forms.Form):
    """A note on the whole clip, a frame or a range."""

    text = forms.CharField(
        label="Note",
        max_length=4000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 3, "placeholder": "What did you notice?"}),
        error_messages={"required": "Write what you noticed; the note is empty."},
    )
    frame = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
    last_frame = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)


class ReplyForm(forms.Form):
    """An answer in the thread of the note `to`."""

    text = forms.CharField(
        label="Answer",
        max_length=4000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write an answer; it is empty."},
    )

    def __init__(self, *args: Any, to: UUID, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.to = to


class DecisionForm(forms.Form):
    """Approve, request changes or reject exactly the file that was shown."""

    verdict = forms.ChoiceField(choices=Verdict.choices)
    file_sha256 = forms.RegexField(regex=r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    reason = forms.CharField(
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
        help_text="Needed when you ask for changes or reject.",
    )
