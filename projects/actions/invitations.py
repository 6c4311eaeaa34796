"""Invite people by mail, and let them in.

A link works once, for one address and one role, for seven days. No row, log, page or queue message carries its token:
the worker makes it again when it writes the mail.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from projects.access import member_for, require
from projects.actions.audit import log
from projects.actions.organisations import make_person, person_with
from projects.errors import Refused
from projects.invitation_tokens import hash_of, new_seal
from projects.models import Invitation, Member, Organisation, User
from projects.models.organisation import invitation_expiry
from projects.queue import enqueue
from projects.roles import Right, Role

MAIL_TASK = "projects.tasks.mail_invitation"


class AddressTaken(Refused):
    """The address is a member's, or invited already."""

    field = "email"


class NotForYou(Refused):
    """Somebody is logged in whose address is not the invited one."""


class LogInFirst(Refused):
    """The invited address has an account already; its owner must log in."""


@transaction.atomic
def invite(*, by: User, organisation: Organisation, email: str, role: Role) -> Invitation:
    """Invite an address to a role; the mail is queued. Raises PermissionDenied or Refused."""
    require(member_for(by, organisation.pk), Right.MANAGE_MEMBERS)
    address = email.strip().lower()
    _refuse_member(organisation, address)
    earlier = Invitation.objects.filter(organisation=organisation, email=address).waiting()
    if earlier.open().exists():
        raise AddressTaken(_waits_already(address))
    earlier.update(revoked_at=timezone.now())
    invitation = Invitation(organisation=organisation, email=address, role=role, invited_by=by)
    invitation.nonce, invitation.token_hash = new_seal(invitation.pk)
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError as error:  # another admin was quicker
        raise AddressTaken(_waits_already(address)) from error
    log(organisation=organisation, by=by, verb="invited", target=invitation, changes={"role": (None, str(role))})
    enqueue(MAIL_TASK, invitation.pk)
    return invitation


@transaction.atomic
def send_again(*, by: User, invitation: Invitation) -> None:
    """Mail a new link, good for seven more days; the old one stops working. Raises PermissionDenied or Refused."""
    require(member_for(by, invitation.organisation_id), Right.MANAGE_MEMBERS)
    seal = new_seal(invitation.pk)
    changed = (
        Invitation.objects.filter(pk=invitation.pk)
        .waiting()
        .update(nonce=seal.nonce, token_hash=seal.token_hash, expires_at=invitation_expiry(), mailed_at=None)
    )
    if not changed:
        raise Refused("This invitation was used or withdrawn in the meantime. Nothing was sent.")
    log(organisation=invitation.organisation, by=by, verb="sent again", target=invitation)
    enqueue(MAIL_TASK, invitation.pk)


@transaction.atomic
def withdraw(*, by: User, invitation: Invitation) -> None:
    """Make the link worthless. Raises PermissionDenied, or Refused when it was used before."""
    require(member_for(by, invitation.organisation_id), Right.MANAGE_MEMBERS)
    if Invitation.objects.filter(pk=invitation.pk).waiting().update(revoked_at=timezone.now()):
        log(organisation=invitation.organisation, by=by, verb="withdrew", target=invitation)
        return
    invitation.refresh_from_db()
    if invitation.accepted_at:
        raise Refused(f"{invitation.email} has joined already. Deactivate the member instead.")


@transaction.atomic
def accept(*, by: User | None, invitation: Invitation, name: str = "", password: str | None = None) -> Member:
    """Use an invitation: `by` is who is logged in; nobody with an unknown address becomes a person with `password`.

    Raises NotForYou, LogInFirst, or Refused for a member and when the link was used, withdrawn or expired meanwhile.
    """
    if by and not belongs_to(invitation, by):
        raise NotForYou(f"This invitation is for {invitation.email}, and you are logged in as {by.email}.")
    # The row's lock makes a second press wait; then it finds the invitation used.
    opened = Invitation.objects.select_for_update().filter(pk=invitation.pk).open().first()
    if opened is None:
        raise Refused("This invitation was used, withdrawn or became too old in the meantime.")
    _refuse_member(invitation.organisation, invitation.email)
    user = by or _newcomer(invitation, name, password)
    opened.accepted_at, opened.accepted_by = timezone.now(), user
    opened.save(update_fields=["accepted_at", "accepted_by"])
    member = Member.objects.create(organisation=invitation.organisation, user=user, role=invitation.role)
    log(
        organisation=invitation.organisation,
        by=user,
        verb="joined",
        target=member,
        changes={"role": (None, invitation.role)},
    )
    return member


def find(token: str) -> Invitation | None:
    """The invitation a link stands for, whatever became of it."""
    return Invitation.objects.filter(token_hash=hash_of(token)).select_related("organisation", "invited_by").first()


def belongs_to(invitation: Invitation, user: User) -> bool:
    """Whether the invited address is one this person logs in with."""
    owner = person_with(invitation.email)
    return owner is not None and owner.pk == user.pk


def _newcomer(invitation: Invitation, name: str, password: str | None) -> User:
    known = LogInFirst(f"{invitation.email} has an account already. Log in with it to join.")
    if person_with(invitation.email):
        raise known
    if not password:
        raise Refused("A new account needs a password.")
    try:
        with transaction.atomic():
            return make_person(email=invitation.email, name=name, password=password)
    except IntegrityError as error:  # another organisation's invitation was used at this very moment
        raise known from error


def _refuse_member(organisation: Organisation, address: str) -> None:
    user = person_with(address)
    member = Member.objects.filter(organisation=organisation, user=user).first() if user else None
    if member and member.is_active:
        raise AddressTaken(f"{address} is a member already, as {member.get_role_display().lower()}.")
    if member:
        raise AddressTaken(f"{address} is a deactivated member. Reactivate them instead.")


def _waits_already(address: str) -> str:
    return f"{address} is invited already. Send that invitation again, or withdraw it first."
