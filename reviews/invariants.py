"""What must always hold of decisions and packages: they name exactly the file that was judged."""

from collections.abc import Iterator

from django.db.models import F, Q

from projects.invariants import Invariant, Since
from reviews.models import Decision, PackageItem, Round, RoundState, Verdict


def decisions_name_the_file(since: Since) -> Iterator[str]:
    """A round is about its version's file, and so is every decision in it."""
    rounds = Round.objects.exclude(file_sha256=F("version__clip__sha256"))
    decisions = Decision.objects.exclude(file_sha256=F("round__file_sha256"))
    if since:
        rounds, decisions = rounds.filter(created_at__gte=since), decisions.filter(created_at__gte=since)
    for asked in rounds.iterator():
        yield f"round {asked.pk}: asks about another file than its version has"
    for decision in decisions.iterator():
        yield f"decision {decision.pk}: names another file than its round"


def nobody_approves_their_own(since: Since) -> Iterator[str]:
    """Whoever made or selected a take doesn't approve it."""
    own = Q(by=F("round__version__take__created_by")) | Q(by=F("round__version__selected_by"))
    approvals = Decision.objects.filter(own, verdict=Verdict.APPROVE)
    for decision in (approvals.filter(created_at__gte=since) if since else approvals).iterator():
        yield f"decision {decision.pk}: an approval of one's own version"


def packages_hold_what_was_approved(since: Since) -> Iterator[str]:
    """Each file of a sealed package is the one that its round approved."""
    items = PackageItem.objects.filter(package__sealed_at__isnull=False)
    if since:
        items = items.filter(package__sealed_at__gte=since)
    approved = Q(
        file_sha256=F("approval__file_sha256"),
        version=F("approval__version"),
        approval__state=RoundState.APPROVED,
    )
    for item in items.exclude(approved).iterator():
        yield f"package {item.package_id}: {item.file_name} is not the file that was approved"


JUDGING = (
    Invariant(7, "decisions name the file that was seen", decisions_name_the_file),
    Invariant(7, "nobody approves their own", nobody_approves_their_own),
    Invariant(7, "packages hold exactly what was approved", packages_hold_what_was_approved),
)
