"""Say that the deployment this process belongs to is the one that the database works for."""

from django.db import transaction
from django.utils import timezone

from projects.access import member_for, require
from projects.actions.audit import log
from projects.deployment import differences, parts_here
from projects.models import Deployment, Organisation, User
from projects.roles import Right


@transaction.atomic
def adopt_deployment(*, by: User | None = None, organisation: Organisation | None = None) -> list[str]:
    """Bind the database to this deployment; returns in what it differed, empty when it was bound to it already.

    `by` None: whoever may run commands on the server; every organisation's log says so then. Raises PermissionDenied.
    """
    if by and organisation:
        require(member_for(by, organisation.pk), Right.RESOLVE_ATTENTION)
    found = differences()
    if not found:
        return []
    row = Deployment.objects.select_for_update().get()
    Deployment.objects.filter(pk=row.pk).update(parts=parts_here(), bound_at=timezone.now(), bound_by=by)
    for concerned in [organisation] if organisation else Organisation.objects.all():
        log(
            organisation=concerned,
            by=by,
            verb="bound the database to this deployment",
            target=row,
            changes={"differed": ("", ", ".join(found))},
        )
    return found
