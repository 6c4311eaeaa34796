"""Change what members may do, and end or renew their membership."""

from django.db import transaction

from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import Member, Organisation, User
from projects.roles import Right, Role


@transaction.atomic
def change_role(*, by: User, member: Member, role: Role) -> None:
    """Give a member another role. Raises PermissionDenied, or Refused for oneself and for the last admin."""
    current = _locked(by, member)
    if current.user_id == by.pk:
        raise Refused("You can't change your own role. Another admin can do it for you.")
    if not current.is_active:
        raise Refused(f"{current.user} is deactivated. Reactivate them first, then change the role.")
    if current.role == role:
        return
    _keep_an_admin(current)
    old, current.role = current.role, role
    current.save(update_fields=["role"])
    member.role = role
    log(
        organisation=current.organisation,
        by=by,
        verb="changed the role of",
        target=current,
        label=str(current.user),
        changes={"role": (old, str(role))},
    )


@transaction.atomic
def deactivate_member(*, by: User, member: Member) -> None:
    """End a membership at once; the person stays in the history. Raises PermissionDenied or Refused."""
    current = _locked(by, member)
    if current.user_id == by.pk:
        raise Refused("You can't deactivate yourself. Another admin can do it for you.")
    if not current.is_active:
        return
    _keep_an_admin(current)
    _set_active(by, current, active=False)
    member.is_active = False


@transaction.atomic
def reactivate_member(*, by: User, member: Member) -> None:
    """Let a deactivated member back in with the role they had. Raises PermissionDenied."""
    current = _locked(by, member)
    if current.is_active:
        return
    _set_active(by, current, active=True)
    member.is_active = True


def _locked(by: User, member: Member) -> Member:
    """The member as it is now, with the organisation locked: two admins can't remove each other at the same moment."""
    organisation = Organisation.objects.select_for_update().get(pk=member.organisation_id)
    require(member_for(by, organisation.pk), Right.MANAGE_MEMBERS)
    return Member.objects.select_related("user", "organisation").get(pk=member.pk)


def _keep_an_admin(member: Member) -> None:
    others = Member.objects.active().filter(organisation=member.organisation, role=Role.ADMIN).exclude(pk=member.pk)
    if member.role == Role.ADMIN and not others.exists():
        raise Refused(f"{member.user} is the only admin. Make somebody else an admin first.")


def _set_active(by: User, member: Member, *, active: bool) -> None:
    member.is_active = active
    member.save(update_fields=["is_active"])
    log(
        organisation=member.organisation,
        by=by,
        verb="reactivated" if active else "deactivated",
        target=member,
        label=str(member.user),
        changes={"active": (not active, active)},
    )
