"""The form that settles a job which needs attention."""

from typing import Any

from django import forms

from assets.actions.attention import Choice
from assets.models import Generation

ABSENT = (Choice.RELEASE, Choice.AGAIN)


def choice_field(choices: list[tuple[str, str]]) -> forms.ChoiceField:
    """The ways out that are open."""
    return forms.ChoiceField(
        label="What did you find in Kie's log?",
        choices=choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what happens to this job. Nothing has changed."},
    )


class ResolveForm(forms.Form):
    """One of the four choices; `task_id` goes with ADOPT. Starts with the task's id as far as it is known."""

    choice = choice_field(Choice.choices)
    task_id = forms.CharField(
        label="Kie task id",
        required=False,
        max_length=200,
        help_text="For following a task: as Kie's log shows it.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, job: Generation, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "auto_id": f"id_{job.pk.hex}_%s"})
        attempts = list(job.attempts.all())
        last = attempts[-1] if attempts else None
        self.fields["task_id"].initial = (last.task_id or last.callback_task_id) if last else ""
        if job.result_url:  # Kie finished it, so it isn't absent
            left = [(choice.value, choice.label) for choice in Choice if choice not in ABSENT]
            self.fields["choice"] = choice_field(left)

    def clean_choice(self) -> Choice:
        """As the enumeration."""
        return Choice(self.cleaned_data["choice"])
