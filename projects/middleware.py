"""Who is acting, and in which organisation and time zone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from projects.access import MemberRequest
from projects.models import Member

if TYPE_CHECKING:
    from uuid import UUID

ORGANISATION_KEY = "organisation"


class OrganisationMiddleware:
    """Sets `request.memberships` (active ones), `request.member` (the current one, if any) and the time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Read the memberships once a request; one query for logged-in people, none for others."""
        acting = cast("MemberRequest", request)
        memberships: list[Member] = []
        if request.user.is_authenticated:
            memberships = list(
                Member.objects.active()
                .filter(user=request.user)
                .select_related("organisation")
                .order_by("organisation__name", "organisation_id")
            )
            for member in memberships:
                member.user = request.user
            timezone.activate(ZoneInfo(request.user.time_zone))
        acting.memberships = memberships
        if memberships:
            acting.member = _current(memberships, request.session.get(ORGANISATION_KEY))
        try:
            return self.get_response(request)
        finally:
            timezone.deactivate()


def _current(memberships: list[Member], wanted: "UUID | str | None") -> Member:
    chosen = [member for member in memberships if str(member.organisation_id) == str(wanted)]
    return (chosen or memberships)[0]
