"""The composer's form: one request for 1 to 4 takes."""

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone

from assets.models import AssetVersion, Shot, Take
from assets.prompts import typed
from assets.requests import MAX_TAKES, TakeRequest, faults
from projects.goals import Ratio, Route, Seconds

DAMAGED = "This form is damaged. Open the page again; nothing was queued."
SOUND = (("off", "Silent"), ("on", "With sound"))


def usable_images(shot: Shot, also: UUID | None = None) -> QuerySet[AssetVersion]:
    """Current versions of the library's current assets, newest first; `also`: one that an older take started from."""
    current = Q(asset__current_version=F("pk"), asset__retired_at=None)
    return AssetVersion.objects.filter(
        current | Q(pk=also), asset__organisation=shot.project.organisation
    ).select_related("asset")


@dataclass(frozen=True, slots=True)
class Start:
    """What the form shows first: values of its fields, numbers also as the text that came with a request."""

    route: str
    prompt: str
    seconds: int | str
    sound: str
    aspect_ratio: str
    takes: int | str
    image: UUID | str | None = None


def start_of(shot: Shot, parent: Take | None, image: AssetVersion | None) -> Start:
    """The brief's defaults; or the request of the take to start from; and the image that was picked already."""
    wanted = shot.project.brief.defaults
    if parent is None:
        route = Route.IMAGE if image else wanted.route
        picked = image.pk if image else None
        sound = "on" if wanted.sound else "off"
        return Start(route, "", wanted.seconds, sound, wanted.aspect_ratio, wanted.takes, picked)
    return Start(
        route=Route.IMAGE if image else parent.route,
        prompt=parent.prompt,
        seconds=parent.seconds,
        sound="on" if parent.sound else "off",
        aspect_ratio=parent.aspect_ratio or wanted.aspect_ratio,
        takes=1,
        image=image.pk if image else parent.image_id,
    )


class PaidForm(forms.Form):
    """What every paid button sends: its idempotency key, and the credits of all takes that stood on it."""

    key = forms.RegexField(
        r"^[0-9a-f]{32}$", widget=forms.HiddenInput, error_messages=dict.fromkeys(("required", "invalid"), DAMAGED)
    )
    price_shown = forms.DecimalField(
        widget=forms.HiddenInput,
        min_value=Decimal(0),
        max_digits=12,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_digits"), DAMAGED),
    )


class ComposerForm(PaidForm):
    """Route, words, image, length, sound, ratio, takes."""

    route = forms.ChoiceField(
        choices=Route.choices, widget=forms.RadioSelect, error_messages={"required": "Choose one."}
    )
    # A plain field: the text stays exactly as typed, and `faults` says what is wrong with it.
    prompt = forms.Field(
        required=False,
        widget=forms.Textarea(attrs={"rows": 7, "spellcheck": "true"}),
        help_text="Who or what, doing what; then camera, setting and style; sound last.",
    )
    image = forms.ModelChoiceField(
        queryset=AssetVersion.objects.none(),
        required=False,
        label="Start image",
        error_messages={"invalid_choice": "That image is no longer in the library. Choose another."},
    )
    seconds = forms.TypedChoiceField(choices=Seconds.choices, coerce=int, widget=forms.RadioSelect, label="Length")
    sound = forms.TypedChoiceField(
        choices=SOUND, coerce=lambda value: value == "on", widget=forms.RadioSelect, label="Sound"
    )
    aspect_ratio = forms.ChoiceField(choices=Ratio.choices, required=False, widget=forms.RadioSelect, label="Ratio")
    takes = forms.TypedChoiceField(
        choices=[(count, str(count)) for count in range(1, MAX_TAKES + 1)], coerce=int, widget=forms.RadioSelect
    )

    def __init__(self, data: QueryDict | None = None, *, shot: Shot, parent: Take | None = None, start: Start) -> None:
        super().__init__(data, initial=asdict(start))
        image = self.fields["image"]
        if isinstance(image, forms.ModelChoiceField):
            image.queryset = usable_images(shot, parent.image_id if parent else None)

    def clean_prompt(self) -> str:
        """The words with the form's CR LF turned back into what was typed."""
        return typed(str(self.cleaned_data["prompt"] or ""))

    def clean(self) -> dict[str, Any]:
        """Name what can't be made at the field it belongs to."""
        super().clean()
        if self.cleaned_data.get("route") == Route.TEXT:
            self.errors.pop("image", None)  # out of sight on this route, so no reason to refuse
        if "route" in self.cleaned_data:
            for field, sentence in faults(self.wanted, timezone.localdate()):
                if field not in self.errors:
                    self.add_error(field, sentence)
        return self.cleaned_data

    @property
    def wanted(self) -> TakeRequest:
        """The request, as far as the fields were readable; the route decides between image and ratio."""
        data = self.cleaned_data
        by_image = data.get("route") == Route.IMAGE
        return TakeRequest(
            route=data.get("route", ""),
            prompt=data.get("prompt", ""),
            seconds=data.get("seconds", 0),
            sound=data.get("sound", False),
            aspect_ratio="" if by_image else data.get("aspect_ratio", ""),
            image=data.get("image") if by_image else None,
        )
