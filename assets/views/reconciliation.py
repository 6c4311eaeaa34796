"""Reconciliation: what Kie's balance lost and what the ledger booked, a row a window."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assets.actions.reconcile import reconcile
from assets.models import BalanceReading, Reconciliation
from projects.access import MemberRequest, with_right
from projects.errors import Refused
from projects.roles import Right
from projects.templatetags.house import credits as in_credits

SHOWN = 30


@require_safe
@with_right(Right.SET_BUDGETS)
def reconciliation_list(request: MemberRequest) -> HttpResponse:
    """The last windows, newest first."""
    context = {
        "organisation": request.member.organisation,
        "runs": list(Reconciliation.objects.select_related("by")[:SHOWN]),
        "reading": BalanceReading.objects.first(),
        "shown": SHOWN,
    }
    return render(request, "assets/reconciliation_list.html", context)


@require_POST
@with_right(Right.SET_BUDGETS)
def reconciliation_run(request: MemberRequest) -> HttpResponse:
    """Reconcile up to the newest reading."""
    try:
        run = reconcile(by=request.user, organisation=request.member.organisation)
    except Refused as refused:
        messages.info(request, str(refused))
    else:
        if run.drift:
            messages.error(request, f"Kie took {in_credits(run.drift)} more than the ledger booked.")
        else:
            messages.success(request, "No drift: the balance and the ledger agree.")
    return redirect("reconciliation_list")
