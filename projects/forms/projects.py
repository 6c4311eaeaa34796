"""Forms about projects and their briefs."""

from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from projects.actions.projects import BriefContent
from projects.goals import GOALS, Goal, GoalDefaults, Ratio, Route, Seconds
from projects.models import Brief, Project

CRITERIA, CRITERION_LENGTH = 20, 200
PROPOSED = ("", "As the goal proposes")


class GoalCard(NamedTuple):
    """One goal to choose: its value and name, what it proposes and why, and whether it is chosen."""

    value: str
    label: str
    proposes: list[str]
    why: str
    checked: bool


def in_words(defaults: GoalDefaults) -> list[str]:
    """What new shots start with, in a few words each."""
    return [
        "prompt-led" if defaults.route == Route.TEXT else "asset-led",
        str(defaults.seconds.label),
        str(defaults.aspect_ratio.label),
        "with sound" if defaults.sound else "silent",
        f"{defaults.takes} take{'' if defaults.takes == 1 else 's'}",
    ]


class ProjectForm(forms.Form):
    """Name and client."""

    name = forms.CharField(max_length=120)
    client = forms.CharField(max_length=120, required=False)

    @staticmethod
    def values(project: Project) -> dict[str, Any]:
        """What the form starts with for a project."""
        return {"name": project.name, "client": project.client}


class BriefForm(forms.Form):
    """The goal first; then what the clip must say and do; then what to do otherwise than the goal proposes."""

    goal = forms.ChoiceField(
        label="Output goal", choices=Goal.choices, error_messages={"required": "Choose what the clips are for."}
    )
    audience = forms.CharField(max_length=300, required=False, help_text="Who will see it, and where.")
    message = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="What should stay with them.",
    )
    acceptance_criteria = forms.CharField(
        label="Acceptance criteria",
        required=False,
        max_length=CRITERIA * (CRITERION_LENGTH + 2),
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One per line. Reviewers see them as a checklist.",
    )
    deadline = forms.DateTimeField(
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    route = forms.ChoiceField(choices=[PROPOSED, *Route.choices], required=False)
    seconds = forms.TypedChoiceField(
        label="Length", choices=[PROPOSED, *Seconds.choices], coerce=int, empty_value=None, required=False
    )
    aspect_ratio = forms.ChoiceField(label="Ratio", choices=[PROPOSED, *Ratio.choices], required=False)
    sound = forms.TypedChoiceField(
        choices=[PROPOSED, ("on", "With sound"), ("off", "Silent")],
        coerce=lambda value: value == "on",
        empty_value=None,
        required=False,
    )
    takes = forms.TypedChoiceField(
        choices=[PROPOSED, *((str(n), str(n)) for n in range(1, 5))], coerce=int, empty_value=None, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["deadline"].help_text = f"In your time zone, {timezone.get_current_timezone_name()}."

    @staticmethod
    def brief_values(brief: Brief) -> dict[str, Any]:
        """What the form starts with for a brief."""
        names = ("goal", "audience", "message", "deadline", "route", "seconds", "aspect_ratio", "takes")
        return {
            **{name: getattr(brief, name) for name in names},
            "acceptance_criteria": "\n".join(brief.acceptance_criteria),
            "sound": {None: "", True: "on", False: "off"}[brief.sound],
        }

    def goals(self) -> list[GoalCard]:
        """The goals to choose from, in the order of the table."""
        chosen = self["goal"].value()
        return [
            GoalCard(goal.value, goal.label, in_words(defaults), defaults.why, goal.value == chosen)
            for goal, defaults in GOALS.items()
        ]

    def overrides(self) -> list[forms.BoundField]:
        """The fields that say something else than the goal."""
        return [self[name] for name in ("route", "seconds", "aspect_ratio", "sound", "takes")]

    def clean_acceptance_criteria(self) -> list[str]:
        """One entry a line that says something."""
        lines = [line.strip() for line in self.cleaned_data["acceptance_criteria"].splitlines()]
        criteria = [line for line in lines if line]
        if len(criteria) > CRITERIA:
            raise ValidationError(f"{len(criteria)} criteria are too many for a review; {CRITERIA} are the most.")
        for line in criteria:
            if len(line) > CRITERION_LENGTH:
                raise ValidationError(
                    f"“{line[:40]}…” has {len(line)} characters; {CRITERION_LENGTH} are the most in one line."
                )
        return criteria

    def clean_deadline(self) -> datetime | None:
        """A moment to come; one that stood there before may have passed."""
        deadline: datetime | None = self.cleaned_data["deadline"]
        if deadline is None:
            return None
        if not 2000 <= deadline.year <= 2100:
            raise ValidationError("Use a year between 2000 and 2100.")
        before: datetime | None = self.initial.get("deadline")
        if before and before.replace(second=0, microsecond=0) == deadline:
            return before
        if deadline < timezone.now():
            raise ValidationError("This moment has passed already. Choose a later one.")
        return deadline

    def content(self) -> BriefContent:
        """What the brief says, after validation."""
        said = {name: self.cleaned_data[name] for name in BriefForm.base_fields}
        return BriefContent(**{**said, "goal": Goal(said["goal"])})


class NewProjectForm(ProjectForm, BriefForm):
    """A project and its brief at once."""


class ProjectFilterForm(forms.Form):
    """What the list of projects shows."""

    q = forms.CharField(
        label="Search", required=False, max_length=120, widget=forms.TextInput(attrs={"type": "search"})
    )
    archived = forms.BooleanField(required=False)
