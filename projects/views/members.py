"""The people of an organisation: who they are, what they may do, and inviting more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from projects.access import MemberRequest, load, logged_in, with_right
from projects.actions.invitations import invite
from projects.actions.members import change_role, deactivate_member, reactivate_member
from projects.forms.people import ROLE_NOTES, InvitationForm, RoleForm
from projects.models import Invitation, Member
from projects.paging import page_by_key
from projects.roles import Right, Role
from projects.views.doing import done, status_of, told


@require_safe
@with_right(Right.MANAGE_MEMBERS)
def member_list(request: MemberRequest) -> HttpResponse:
    """Members and the invitations that wait."""
    organisation = request.member.organisation
    members = Member.objects.visible_to(request.user).filter(organisation=organisation).select_related("user")
    invitations = Invitation.objects.visible_to(request.user).filter(organisation=organisation).waiting()
    return render(
        request,
        "projects/member_list.html",
        {
            "page": page_by_key(members, request.GET),
            "invitations": list(invitations.select_related("invited_by")[:50]),
            "roles": Role.choices,
            "role_notes": [(role.label, note) for role, note in ROLE_NOTES.items()],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@with_right(Right.MANAGE_MEMBERS)
def member_invite(request: MemberRequest) -> HttpResponse:
    """Invite somebody by mail."""
    form = InvitationForm(request.POST if request.method == "POST" else None)
    organisation = request.member.organisation
    if form.is_bound and done(
        form, lambda good: invite(by=request.user, organisation=organisation, **good.cleaned_data)
    ):
        messages.success(request, f"An invitation is on its way to {form.cleaned_data['email']}.")
        return redirect("member_list")
    return render(request, "projects/member_invite.html", {"form": form}, status=status_of(form))


def _member(request: MemberRequest, pk: UUID) -> Member:
    members = Member.objects.visible_to(request.user).select_related("user", "organisation")
    return load(request, members, Right.MANAGE_MEMBERS, pk=pk)


@require_POST
@logged_in
def member_role(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Give a member another role."""
    member = _member(request, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        messages.error(request, "That is no role. Nothing was changed.")
        return redirect("member_list")
    role = Role(form.cleaned_data["role"])
    said = f"{member.user} is {role.label.lower()} now."
    told(request, lambda: change_role(by=request.user, member=member, role=role), said)
    return redirect("member_list")


@require_POST
@logged_in
def member_deactivate(request: MemberRequest, pk: UUID) -> HttpResponse:
    """End a membership."""
    member = _member(request, pk)
    said = f"{member.user} can't open this organisation any more. Their work stays."
    told(request, lambda: deactivate_member(by=request.user, member=member), said)
    return redirect("member_list")


@require_POST
@logged_in
def member_reactivate(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Let a deactivated member back in."""
    member = _member(request, pk)
    told(request, lambda: reactivate_member(by=request.user, member=member), f"{member.user} is back.")
    return redirect("member_list")
