"""What only a person can settle: jobs of unknown fate with their evidence, and a line that stands still."""

from uuid import UUID

import structlog
from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from assets.actions.attention import resolve_attention
from assets.actions.fetching import unfetched_of
from assets.actions.line import open_model, start_line
from assets.actions.prices import closed_prices
from assets.actions.strays import note_stray, strays_to_note
from assets.actions.waiting import end_waiting, stops_with_waiting
from assets.forms.attention import ResolveForm
from assets.models import Attempt, Generation, GenerationMove, GenerationState, StrayTask
from projects.access import MemberRequest, load, logged_in, with_right
from projects.errors import Refused
from projects.models import Organisation
from projects.paging import page_by_key
from projects.roles import Right
from projects.views.doing import told

PAGE_SIZE = 20


@require_safe
@with_right(Right.RESOLVE_ATTENTION)
def attention_list(request: MemberRequest) -> HttpResponse:
    """The cases, newest first, and the stops of the line."""
    return attention_page(request)


def attention_page(request: MemberRequest, refused: ResolveForm | None = None, pk: UUID | None = None) -> HttpResponse:
    """The page; with a form that was refused, that case shows it and the answer is a 422."""
    waiting = (
        Generation.objects.visible_to(request.user)
        .filter(organisation=request.member.organisation, state=GenerationState.NEEDS_ATTENTION)
        .select_related("take__shot__project", "take__created_by", "take__image__asset")
        .prefetch_related(
            Prefetch("attempts", Attempt.objects.select_related("stray")),
            Prefetch("moves", GenerationMove.objects.select_related("by")),
        )
    )
    page = page_by_key(waiting, request.GET, size=PAGE_SIZE)
    cases = [(job, refused if refused and job.pk == pk else ResolveForm(job=job)) for job in page.rows]
    context = {
        "cases": cases,
        "page": page,
        "stops": stops_with_waiting(request.member.organisation),
        "strays": strays_to_note(request.member.organisation),
        "unfetched": unfetched_of(request.member.organisation),
        "closed": closed_prices(request.member.organisation),
        "rate": request.member.organisation.usd_per_credit,
    }
    return render(request, "assets/attention.html", context, status=422 if refused else 200)


@require_POST
@logged_in
def attention_resolve(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Follow the choice for one job."""
    jobs = Generation.objects.visible_to(request.user).select_related("organisation")
    job = load(request, jobs, Right.RESOLVE_ATTENTION, pk=pk)
    structlog.contextvars.bind_contextvars(generation=str(job.pk))
    form = ResolveForm(request.POST, job=job)
    if form.is_valid():
        try:
            done = resolve_attention(by=request.user, generation=job, **form.cleaned_data)
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, f"{done.take} is settled: {done.get_state_display().lower()}.")
            return redirect("attention_list")
    return attention_page(request, form, pk)


@require_POST
@with_right(Right.RESOLVE_ATTENTION)
def line_start(request: MemberRequest) -> HttpResponse:
    """Submit again after a stop."""
    if start_line(by=request.user, organisation=request.member.organisation):
        messages.success(request, "The line runs again. Waiting takes are being sent.")
    else:
        messages.info(request, "The line was running already.")
    return redirect("attention_list")


@require_POST
@with_right(Right.RESOLVE_ATTENTION)
def model_open(request: MemberRequest) -> HttpResponse:
    """Submit takes of a model again that Kie had switched off."""
    model = request.POST.get("model", "")
    if open_model(by=request.user, organisation=request.member.organisation, model=model):
        messages.success(request, "The model is open again. Its waiting takes are being sent.")
    else:
        messages.info(request, "That model was open already.")
    return redirect("attention_list")


@require_POST
@with_right(Right.RESOLVE_ATTENTION)
def waiting_end(request: MemberRequest) -> HttpResponse:
    """End the takes that wait on a stopped line or a closed model."""
    organisation, model = request.member.organisation, request.POST.get("model", "")
    try:
        ended = end_waiting(by=request.user, organisation=organisation, model=model)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        takes = "1 waiting take" if ended == 1 else f"{ended} waiting takes"
        messages.success(request, f"{takes} ended. Nothing was charged; what was held for them is free again.")
    return redirect("attention_list")


@require_POST
@logged_in
def stray_note(request: MemberRequest, pk: UUID) -> HttpResponse:
    """A task without a job was seen."""
    rows = StrayTask.objects.filter(organisation__in=Organisation.objects.visible_to(request.user))
    found = load(request, rows.select_related("attempt__generation__take"), Right.RESOLVE_ATTENTION, pk=pk)
    told(request, lambda: note_stray(by=request.user, found=found), "Noted. It stays on its job and in the ledger.")
    return redirect("attention_list")
