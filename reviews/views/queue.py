"""The reviewer's queue."""

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.access import MemberRequest, with_right
from projects.paging import page_by_key
from projects.roles import Right
from reviews.models import Round, RoundState
from reviews.models.round import RoundQuerySet

TABS = (("mine", "Waiting for me"), ("asked", "Asked by me"), ("open", "All open"), ("done", "Done"))
QUEUE_LIMIT = 200


def queue_rows(request: MemberRequest) -> RoundQuerySet:
    """Rounds of the current organisation with what a row of the queue shows."""
    rounds = Round.objects.visible_to(request.user).filter(organisation=request.member.organisation)
    return rounds.select_related(
        "version__shot__project", "version__clip__take", "asked_by", "organisation"
    ).prefetch_related("seats__user")


@require_safe
@with_right(Right.VIEW)
def review_queue(request: MemberRequest) -> HttpResponse:
    """Open rounds by deadline; “done” is the history, paged by key."""
    tab = request.GET.get("tab", "mine")
    rounds = queue_rows(request)
    context: dict[str, Any] = {"tabs": TABS, "tab": tab}
    if tab == "done":
        page = page_by_key(rounds.filter(~Q(state=RoundState.OPEN)), request.GET)
        context |= {"page": page, "rows": page.rows}
    else:
        open_rounds = {"asked": rounds.current().filter(asked_by=request.user), "open": rounds.current()}
        waiting = open_rounds.get(tab, rounds.waiting_for(request.user)).by_deadline()
        # Open work is bounded by people's attention; past the limit the page says so instead of hiding it.
        rows = list(waiting[: QUEUE_LIMIT + 1])
        context |= {"rows": rows[:QUEUE_LIMIT], "more": len(rows) > QUEUE_LIMIT, "limit": QUEUE_LIMIT}
    return render(request, "reviews/queue.html", context)
