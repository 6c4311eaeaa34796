"""A person's own settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from projects.access import MemberRequest, logged_in
from projects.actions.profile import change_profile, preferences, set_preferences
from projects.forms.people import PreferencesForm, ProfileForm
from projects.views.doing import done, status_of


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def profile(request: MemberRequest) -> HttpResponse:
    """Name and time zone; the rest of the account is a link away."""
    person = request.user
    form = ProfileForm(
        request.POST if request.method == "POST" else None,
        initial={"name": person.name, "time_zone": person.time_zone},
    )
    if form.is_bound and done(form, lambda good: change_profile(by=person, **good.cleaned_data)):
        messages.success(request, "Saved.")
        return redirect("profile")
    return render(request, "projects/profile.html", {"form": form}, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def notification_preferences(request: MemberRequest) -> HttpResponse:
    """What to be told, and how."""
    form = PreferencesForm(request.POST if request.method == "POST" else None, wishes=preferences(request.user))
    if form.is_bound and done(form, lambda good: set_preferences(by=request.user, wishes=good.wishes())):
        messages.success(request, "Saved.")
        return redirect("notification_preferences")
    return render(request, "projects/notification_preferences.html", {"form": form}, status=status_of(form))
