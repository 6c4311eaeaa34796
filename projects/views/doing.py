"""How a view acts: a refusal becomes an error of the form, or a toast, and never a server error."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import HttpRequest

from projects.errors import Refused


def done[F: forms.Form](form: F, act: Callable[[F], object]) -> bool:
    """Whether the form was good and the action done; a refusal stands on the form, at its `field` if it names one."""
    if not form.is_valid():
        return False
    try:
        act(form)
    except Refused as refusal:
        field: str | None = getattr(refusal, "field", None)
        form.add_error(field if field in form.fields else None, str(refusal))
        return False
    return True


def told(request: HttpRequest, act: Callable[[], object], said: str) -> bool:
    """Act and say so in a toast; a refusal is said instead. Returns whether it was done."""
    try:
        act()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, said)
    return True


def status_of(form: forms.Form) -> int:
    """200 for a fresh form, 422 for one that came back."""
    return 422 if form.is_bound else 200
