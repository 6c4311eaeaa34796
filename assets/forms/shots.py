"""The form of a shot."""

from django import forms


class ShotForm(forms.Form):
    """Name and description of a shot."""

    name = forms.CharField(
        max_length=120,
        widget=forms.TextInput(attrs={"autofocus": True}),
        help_text="What people will call it.",
        error_messages={
            "required": "Give the shot a name, so that people can speak of it.",
            "max_length": "The name has %(show_value)s characters; use at most %(limit_value)s.",
        },
    )
    description = forms.CharField(
        max_length=2000,
        required=False,
        label="What it should show",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="For the team: the moment, the action, how it should feel. Prompts come later.",
        error_messages={"max_length": "The text has %(show_value)s characters; use at most %(limit_value)s."},
    )
