"""Found and rename organisations."""

from allauth.account.models import EmailAddress
from django.db import transaction

from projects.access import member_for, require
from projects.actions.audit import log
from projects.errors import Refused
from projects.models import Member, Organisation, User
from projects.roles import Right, Role


@transaction.atomic
def found_organisation(
    *, by: User | None, name: str, admin_email: str, admin_name: str, password: str | None = None
) -> Member:
    """An organisation and its first admin: a new person, or the one who has that address (whose password stays).

    `by` is None on the command line. Without a password a new person sets one by a link. Raises Refused.
    """
    if not name.strip():
        raise Refused("An organisation needs a name.")
    user = person_with(admin_email) or make_person(email=admin_email, name=admin_name, password=password)
    organisation = Organisation.objects.create(name=name.strip())
    member = Member.objects.create(organisation=organisation, user=user, role=Role.ADMIN)
    log(organisation=organisation, by=by, verb="founded", target=organisation)
    log(organisation=organisation, by=by, verb="joined", target=member, changes={"role": (None, Role.ADMIN)})
    return member


@transaction.atomic
def rename_organisation(*, by: User, organisation: Organisation, name: str) -> None:
    """Call it something else. Raises PermissionDenied or Refused."""
    require(member_for(by, organisation.pk), Right.MANAGE_MEMBERS)
    if not name.strip():
        raise Refused("An organisation needs a name.")
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    old, organisation.name = locked.name, name.strip()
    if old == organisation.name:
        return
    organisation.save(update_fields=["name"])
    log(
        organisation=organisation,
        by=by,
        verb="renamed",
        target=organisation,
        changes={"name": (old, organisation.name)},
    )


def person_with(email: str) -> User | None:
    """The person who logs in with that address: as their main one, or as another one they have proved to be theirs."""
    address = email.strip().lower()
    proved = EmailAddress.objects.filter(email=address, verified=True).values("user")
    return User.objects.filter(email=address).first() or User.objects.filter(pk__in=proved).first()


def make_person(*, email: str, name: str, password: str | None) -> User:
    """A person whose address counts as proved. Without a password they can't log in until they set one by a link."""
    user = User.objects.create_user(email.strip().lower(), password, name=name.strip())
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user
