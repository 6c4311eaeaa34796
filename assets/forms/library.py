"""Forms of the library: finding assets, and saying what they are and by what right they are used."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from assets.models import AssetState, Consent, Licence
from assets.models.asset import AssetQuerySet
from assets.shelf import NAME_LENGTH, clean_tags
from projects.errors import Refused

ALL = "all"
MOST_TAGS_AT_ONCE = 5


class TagsField(forms.CharField):
    """Words with commas between them, as a list of tags in lower case."""

    def __init__(self) -> None:
        super().__init__(
            required=False, max_length=1000, help_text="Words to find it by, with commas between them: logo, night"
        )

    def clean(self, value: str) -> list[str]:
        """The tags, each once. Raises ValidationError."""
        try:
            return clean_tags(super().clean(value).split(","))
        except Refused as refused:
            raise ValidationError(str(refused)) from None


class UploadForm(forms.Form):
    """What is said about all files of one upload."""

    tags = TagsField()
    licence = forms.ChoiceField(choices=Licence, initial=Licence.UNKNOWN, required=False)

    def clean_licence(self) -> str:
        """The licence; not known yet where nothing was chosen."""
        return self.cleaned_data["licence"] or Licence.UNKNOWN


class AssetForm(forms.Form):
    """What people say about one asset."""

    name = forms.CharField(max_length=NAME_LENGTH)
    tags = TagsField()
    licence = forms.ChoiceField(choices=Licence, help_text="On what ground you may use it.")
    consent = forms.ChoiceField(
        label="Consent of people shown",
        choices=Consent,
        help_text="An asset whose consent is missing can't start a take.",
    )
    expires_on = forms.DateField(
        label="Rights expire on",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="The last day it may start a take.",
    )


class LibraryFilter(forms.Form):
    """Which assets are looked at; it stands in the URL. What can't be read is left out."""

    q = forms.CharField(required=False, max_length=120)
    state = forms.ChoiceField(
        required=False,
        choices=[
            ("", "Current"),
            (AssetState.EXPIRING, AssetState.EXPIRING.label),
            (AssetState.EXPIRED, AssetState.EXPIRED.label),
            (AssetState.RETIRED, AssetState.RETIRED.label),
            (ALL, "All"),
        ],
    )

    def __init__(self, params: QueryDict) -> None:
        super().__init__(params)
        self.is_valid()
        self.params = params
        self.text: str = self.cleaned_data.get("q", "")
        self.chosen: str = self.cleaned_data.get("state", "")
        self.tags = [tag for tag in dict.fromkeys(params.getlist("tag")) if tag and "\0" not in tag][:MOST_TAGS_AT_ONCE]

    @property
    def is_active(self) -> bool:
        """Whether anything narrows the list."""
        return bool(self.text or self.chosen or self.tags)

    def found(self, assets: AssetQuerySet, today: date) -> AssetQuerySet:
        """Those of `assets` that fit, on that day."""
        if self.chosen != ALL:
            assets = assets.in_state(AssetState(self.chosen or AssetState.CURRENT), today)
        if self.text:
            assets = assets.filter(name__icontains=self.text)
        for tag in self.tags:
            assets = assets.filter(tags__name=tag)
        return assets

    def toggled(self, tag: str) -> str:
        """The query with that tag added, or without it when it is there."""
        query = self.params.copy()
        for edge in ("before", "after"):
            query.pop(edge, None)
        query.setlist("tag", [one for one in self.tags if one != tag] if tag in self.tags else [*self.tags, tag])
        return f"?{query.urlencode()}"
