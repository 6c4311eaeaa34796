"""The button of the banner that stands on every page of a copied database."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from projects.access import MemberRequest, with_right
from projects.actions.deployment import adopt_deployment
from projects.roles import Right


@require_POST
@with_right(Right.RESOLVE_ATTENTION)
def deployment_adopt(request: MemberRequest) -> HttpResponse:
    """This is the deployment: submit and send from here on."""
    if adopt_deployment(by=request.user, organisation=request.member.organisation):
        messages.success(request, "This is the deployment now: waiting takes are being sent, and mails go out.")
    else:
        messages.info(request, "The database works for this deployment already.")
    return redirect("home")
