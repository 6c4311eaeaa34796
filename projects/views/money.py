"""Budgets: what is settled, held and free, and the limits that admins set."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from projects.access import MemberRequest, load, logged_in, with_right
from projects.actions.budgets import set_month_limit, set_project_limit
from projects.actions.money import month_of, standing
from projects.forms.money import LimitForm, MonthLimitForm
from projects.models import Budget, LedgerEntry, Project
from projects.paging import page_by_key
from projects.roles import Right
from projects.templatetags.house import credits as in_credits
from projects.views.doing import done, status_of

MONTHS_SHOWN = 12


@require_safe
@with_right(Right.SEE_MONEY)
def budget_list(request: MemberRequest) -> HttpResponse:
    """This month, the months before, and the projects with their budgets."""
    organisation = request.member.organisation
    months = list(Budget.objects.of_months(organisation)[:MONTHS_SHOWN])
    projects = Project.objects.visible_to(request.user).filter(organisation=organisation).current()
    this_month = month_of()
    context = {
        "organisation": organisation,
        "this_month": this_month,
        "current": next((budget for budget in months if budget.month == this_month), None),
        "standing": standing(organisation).month,
        "months": [budget for budget in months if budget.month != this_month],
        "page": page_by_key(projects.select_related("budget"), request.GET),
    }
    return render(request, "projects/budget_list.html", context)


@require_safe
@logged_in
def budget_detail(request: MemberRequest, pk: UUID) -> HttpResponse:
    """One budget and, for those who may read the ledger, its history."""
    budgets = Budget.objects.visible_to(request.user).select_related("organisation", "project")
    budget = load(request, budgets, Right.SEE_MONEY, pk=pk)
    context: dict[str, object] = {"budget": budget, "organisation": request.member.organisation}
    if request.member.can(Right.SEE_LEDGER):
        rows = LedgerEntry.objects.filter(budget=budget).select_related("by", "project")
        context["page"] = page_by_key(rows, request.GET, by="at")
    return render(request, "projects/budget_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@with_right(Right.SET_BUDGETS)
def budget_month_set(request: MemberRequest) -> HttpResponse:
    """Set this month's limit."""
    organisation = request.member.organisation
    now = standing(organisation).month
    form = MonthLimitForm(request.POST if request.method == "POST" else None, initial={"limit": now.limit})
    if form.is_bound and done(
        form,
        lambda good: set_month_limit(
            by=request.user,
            organisation=organisation,
            limit=good.cleaned_data["limit"],
            coming=good.cleaned_data["coming"],
        ),
    ):
        messages.success(request, f"This month's budget is {in_credits(form.cleaned_data['limit'])}.")
        return redirect("budget_list")
    context = {"form": form, "now": now, "name": f"{month_of():%B %Y}", "organisation": organisation}
    return render(request, "projects/budget_set.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
@logged_in
def budget_project_set(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Set what a project may cost."""
    projects = Project.objects.visible_to(request.user).select_related("organisation")
    project = load(request, projects, Right.SET_BUDGETS, pk=pk)
    now = standing(project.organisation, project).project
    form = LimitForm(request.POST if request.method == "POST" else None, initial={"limit": now.limit if now else None})
    if form.is_bound and done(
        form, lambda good: set_project_limit(by=request.user, project=project, limit=good.cleaned_data["limit"])
    ):
        messages.success(request, f"The budget of {project} is {in_credits(form.cleaned_data['limit'])}.")
        return redirect("budget_list")
    context = {"form": form, "now": now, "name": project.name, "project": project, "organisation": project.organisation}
    return render(request, "projects/budget_set.html", context, status=status_of(form))
