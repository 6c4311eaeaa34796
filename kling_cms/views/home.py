"""Home, by role."""

from django.http import HttpResponse
from django.shortcuts import render

from projects.access import MemberRequest, with_right
from projects.roles import Right


@with_right(Right.VIEW)
def home(request: MemberRequest) -> HttpResponse:
    """What waits for this person."""
    return render(request, "home.html", {})
