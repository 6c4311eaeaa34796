"""Load with right: how a view gets its object and the person's membership in one step.

A stranger gets 404 for what is forbidden and for what never existed; a member without the right gets 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django_htmx.middleware import HtmxDetails

from projects.models import Member, Organisation, User
from projects.roles import Right

ACTING_FOR = "acting_for"


class MemberRequest(HttpRequest):
    """A request of a logged-in person acting as `member`.

    `projects.middleware` sets it; it is missing only for somebody in no organisation, whom the decorators turn away.
    """

    user: User
    member: Member
    memberships: list[Member]
    htmx: HtmxDetails


def organisation_id_of(row: models.Model) -> Any:
    """The id of the organisation that owns a row, along the path in its class attribute `OWNER`."""
    holder: Any = row
    path: str = getattr(row, "OWNER", "")
    for step in filter(None, path.split("__")):
        holder = getattr(holder, step)
    return holder.pk if isinstance(holder, Organisation) else holder.organisation_id


def require(member: Member, right: Right) -> None:
    """Raise PermissionDenied with a sentence unless the member holds the right."""
    if not member.can(right):
        raise PermissionDenied(f"As a {member.get_role_display().lower()} you may not {right.label}.")


def member_for(user: User, organisation_id: Any) -> Member:
    """The person's active membership. Raises Http404 for a stranger."""
    member = (
        Member.objects.active()
        .filter(user=user, organisation_id=organisation_id)
        .select_related("organisation", "user")
        .first()
    )
    if member is None:
        raise Http404("No such page.")
    return member


def load[M: models.Model](request: MemberRequest, queryset: models.QuerySet[M], right: Right, **lookup: Any) -> M:
    """The one row of `queryset` (already `visible_to` the person) that matches, after asking for the right.

    Sets `request.member` to the membership in the row's organisation, so that the page's frame shows that one.
    Raises Http404 (not there, or not theirs) or PermissionDenied.
    """
    path: str = getattr(queryset.model, "OWNER", "")
    found = queryset.select_related(path) if path else queryset
    row = found.filter(**lookup).first()
    if row is None:
        raise Http404("No such page.")
    owner = organisation_id_of(row)
    if request.member.organisation_id != owner:
        request.member = member_for(request.user, owner)
    require(request.member, right)
    return row


type View[**P] = Callable[Concatenate[MemberRequest, P], HttpResponseBase]
type PlainView[**P] = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def logged_in[**P](view: View[P]) -> PlainView[P]:
    """Log-in and some organisation needed; for views that `load` their object (which asks for the right)."""

    @wraps(view)
    def inner(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        acting = cast("MemberRequest", request)  # the middleware made it one
        if not acting.memberships:
            return no_organisation(request)
        return view(acting, *args, **kwargs)

    return login_required(inner)


def with_right[**P](right: Right) -> Callable[[View[P]], PlainView[P]]:
    """Log-in and the right in the person's current organisation; for pages about the organisation as a whole."""

    def decorate(view: View[P]) -> PlainView[P]:
        @wraps(view)
        def inner(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            _act_for(request)
            require(request.member, right)
            return view(request, *args, **kwargs)

        return logged_in(inner)

    return decorate


def _act_for(request: MemberRequest) -> None:
    """A form belongs to the organisation whose page it stood on, whatever another tab has switched to since."""
    meant = request.POST.get(ACTING_FOR, "") if request.method == "POST" else ""
    if meant and meant != str(request.member.organisation_id):
        theirs = [member for member in request.memberships if str(member.organisation_id) == meant]
        if not theirs:
            raise PermissionDenied("You are no longer in the organisation that this form belongs to.")
        request.member = theirs[0]


def no_organisation(request: HttpRequest) -> HttpResponse:
    """The page for somebody who is in no organisation (any more)."""
    return render(request, "projects/no_organisation.html", status=403)
