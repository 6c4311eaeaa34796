"""The form of a price."""

from datetime import date, datetime, time
from decimal import Decimal

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from assets.models.names import MODEL_NAMES
from assets.providers.base import MODELS
from projects.forms.people import DayField
from projects.goals import Seconds


def credits_field(help_text: str = "") -> forms.DecimalField:
    """Credits for one take."""
    return forms.DecimalField(
        label="Credits a take",
        help_text=help_text,
        min_value=Decimal(0),
        max_digits=10,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        error_messages={"min_value": "A price can't be below 0 credits."},
    )


class ConfirmForm(forms.Form):
    """What a take costs from now on, after a charge above its price."""

    credits = credits_field("For takes that are queued from now on; it goes before Kie's list.")


class PriceForm(forms.Form):
    """What a take costs, and from which day on; today means from now on."""

    model = forms.ChoiceField(choices=[(model, MODEL_NAMES.get(model, model)) for model in MODELS])
    seconds = forms.TypedChoiceField(label="Length", choices=Seconds.choices, coerce=int)
    sound = forms.TypedChoiceField(
        choices=[("off", "Silent"), ("on", "With sound")], coerce=lambda value: value == "on"
    )
    credits = credits_field()
    begins = DayField(label="From")

    def clean_begins(self) -> date | None:
        """A day before today is refused; today and nothing mean from now on."""
        day: date | None = self.cleaned_data["begins"]
        if day and day < timezone.localdate():
            raise ValidationError("A price can't begin in the past. Takes already paid keep their price.")
        return day

    def valid_from(self) -> datetime | None:
        """The first moment of the day in the person's zone, or None for now."""
        day: date | None = self.cleaned_data["begins"]
        if day is None or day == timezone.localdate():
            return None
        return timezone.make_aware(datetime.combine(day, time.min))
