"""The organisation itself: which one, and what it is called."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from projects.access import MemberRequest, logged_in, with_right
from projects.actions.organisations import rename_organisation
from projects.forms.people import OrganisationForm
from projects.middleware import ORGANISATION_KEY
from projects.roles import Right
from projects.views.doing import done, status_of


@require_POST
@logged_in
def switch(request: MemberRequest) -> HttpResponse:
    """Work in another of one's organisations."""
    wanted = request.POST.get("organisation", "")
    mine = {str(member.organisation_id): member.organisation for member in request.memberships}
    try:
        organisation = mine[str(UUID(wanted))]
    except (ValueError, KeyError) as error:
        raise Http404("No such organisation.") from error
    request.session[ORGANISATION_KEY] = str(organisation.pk)
    messages.info(request, f"You work in {organisation.name} now.")
    return redirect("home")


@require_http_methods(["GET", "HEAD", "POST"])
@with_right(Right.MANAGE_MEMBERS)
def settings(request: MemberRequest) -> HttpResponse:
    """Its name."""
    organisation = request.member.organisation
    form = OrganisationForm(request.POST or None, initial={"name": organisation.name})
    if request.method == "POST" and done(
        form, lambda good: rename_organisation(by=request.user, organisation=organisation, **good.cleaned_data)
    ):
        messages.success(request, "Saved.")
        return redirect("organisation_settings")
    return render(request, "projects/organisation_settings.html", {"form": form}, status=status_of(form))
