"""Invitations: withdraw, send again, and the page behind the link in the mail."""

from http import HTTPStatus
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from projects.access import MemberRequest, load, logged_in
from projects.actions import invitations
from projects.actions.organisations import person_with
from projects.forms.people import AcceptForm
from projects.middleware import ORGANISATION_KEY
from projects.models import Invitation, Member, User
from projects.roles import Right
from projects.views.doing import done, status_of, told

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def _invitation(request: MemberRequest, pk: UUID) -> Invitation:
    return load(request, Invitation.objects.visible_to(request.user), Right.MANAGE_MEMBERS, pk=pk)


@require_POST
@logged_in
def invitation_revoke(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Make an invitation worthless."""
    row = _invitation(request, pk)
    said = f"The invitation of {row.email} is withdrawn. Its link doesn't work any more."
    told(request, lambda: invitations.withdraw(by=request.user, invitation=row), said)
    return redirect("member_list")


@require_POST
@logged_in
def invitation_resend(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Mail a new link."""
    row = _invitation(request, pk)
    said = f"A new link is on its way to {row.email}. The old one doesn't work any more."
    told(request, lambda: invitations.send_again(by=request.user, invitation=row), said)
    return redirect("member_list")


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation_accept(request: HttpRequest, token: str) -> HttpResponse:
    """Where the link in the mail leads: join, or learn why not."""
    row = invitations.find(token)
    if row is None or not _is_open(row):
        status = HTTPStatus.GONE if row else HTTPStatus.NOT_FOUND
        return render(request, "projects/invitation_closed.html", {"invitation": row}, status=status)
    if request.user.is_authenticated:
        return _join_as(request, row, request.user)
    if person_with(row.email):
        status = HTTPStatus.FORBIDDEN if request.method == "POST" else HTTPStatus.OK
        return render(request, "projects/invitation_log_in.html", {"invitation": row}, status=status)
    return _join_as_newcomer(request, row)


def _is_open(row: Invitation) -> bool:
    return not (row.accepted_at or row.revoked_at or row.is_expired)


def _join_as(request: HttpRequest, row: Invitation, user: User) -> HttpResponse:
    if not invitations.belongs_to(row, user):
        return render(request, "projects/invitation_other.html", {"invitation": row}, status=HTTPStatus.FORBIDDEN)
    if request.method == "POST" and told(
        request, lambda: invitations.accept(by=user, invitation=row), f"Welcome to {row.organisation}."
    ):
        return _arrive(request, row)
    return render(request, "projects/invitation_join.html", {"invitation": row})


def _join_as_newcomer(request: HttpRequest, row: Invitation) -> HttpResponse:
    form = AcceptForm(request.POST if request.method == "POST" else None, email=row.email)
    joined: list[Member] = []
    if form.is_bound and done(
        form, lambda good: joined.append(invitations.accept(by=None, invitation=row, **good.cleaned_data))
    ):
        login(request, joined[0].user, backend=BACKEND)
        messages.success(request, f"Welcome to {row.organisation}.")
        return _arrive(request, row)
    return render(request, "projects/invitation_new.html", {"invitation": row, "form": form}, status=status_of(form))


def _arrive(request: HttpRequest, row: Invitation) -> HttpResponse:
    request.session[ORGANISATION_KEY] = str(row.organisation_id)
    return redirect("home")
