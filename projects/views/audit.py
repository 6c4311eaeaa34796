"""The audit log, for admins."""

from django.apps import apps
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from projects.access import MemberRequest, with_right
from projects.forms.people import AuditFilterForm
from projects.models import AuditEntry, User
from projects.paging import page_by_key
from projects.roles import Right
from projects.views.doing import status_of


@require_safe
@with_right(Right.SEE_AUDIT)
def audit_list(request: MemberRequest) -> HttpResponse:
    """Who did what to which thing, newest first, with filters."""
    organisation = request.member.organisation
    rows = AuditEntry.objects.visible_to(request.user).filter(organisation=organisation)
    said = rows.vocabulary()
    form = AuditFilterForm(
        request.GET,
        people=User.objects.filter(memberships__organisation=organisation).order_by("name", "email"),
        verbs=sorted({verb for verb, _ in said}),
        kinds=_in_words({kind for _, kind in said}),
    )
    if not form.is_valid():
        return render(request, "projects/audit_list.html", {"form": form}, status=status_of(form))
    since, until = form.moments()
    found = rows.matching(
        person=form.cleaned_data["person"],
        verb=form.cleaned_data["verb"],
        kind=form.cleaned_data["kind"],
        text=form.cleaned_data["text"],
        since=since,
        until=until,
    )
    context = {"form": form, "page": page_by_key(found, request.GET), "filtered": any(form.cleaned_data.values())}
    return render(request, "projects/audit_list.html", context)


def _in_words(names: set[str]) -> list[tuple[str, str]]:
    """(model name, in words) of kinds of thing, by their words."""
    words = {model._meta.model_name: str(model._meta.verbose_name).capitalize() for model in apps.get_models()}
    return sorted(((name, words.get(name, name)) for name in names), key=lambda kind: kind[1])
