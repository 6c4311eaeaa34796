"""Forms about packages."""

from django import forms

from assets.models import Version
from projects.models import User


class PackageForm(forms.Form):
    """What a package is called, and what its reader should know."""

    name = forms.CharField(max_length=120)
    message = forms.CharField(
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Stands in the README of the package, for whoever opens it.",
    )


class AddForm(forms.Form):
    """Versions to put into a package."""

    version = forms.ModelMultipleChoiceField(
        Version.objects.none(), error_messages={"required": "Choose at least one clip."}
    )

    def __init__(self, data: object, user: User) -> None:
        super().__init__(data)  # type: ignore[arg-type]  # a QueryDict
        versions = Version.objects.visible_to(user).select_related("clip", "shot__project", "shot__current_version")
        self.fields["version"] = forms.ModelMultipleChoiceField(
            versions, error_messages={"required": "Choose at least one clip."}
        )
