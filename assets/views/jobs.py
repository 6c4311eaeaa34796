"""The job behind a take: its way so far, what it cost, and stopping it in time."""

from datetime import datetime
from typing import Any
from uuid import UUID

import structlog
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from assets.actions.cancel import cancel_take
from assets.actions.fetching import fetch_now
from assets.models import Generation, GenerationState, Take
from assets.models.generation import UNFETCHED
from assets.quiet import job_stamp, question
from assets.sheet import NEXT_STEP, typical_seconds
from projects.access import MemberRequest, load, logged_in
from projects.errors import Refused
from projects.roles import Right
from projects.views.doing import told

SHOWN = 20
TAKE_ROWS = ("generation", "clip", "created_by", "image__asset", "shot__project__organisation")


@require_safe
@logged_in
def take_job(request: MemberRequest, pk: UUID) -> HttpResponse:
    """The job's page; asked by htmx, the part of it that changes."""
    take = _load(request, Right.VIEW, pk)
    job = take.generation
    context: dict[str, Any] = {
        "take": take,
        "job": job,
        **_history(job),
        "clip": getattr(take, "clip", None),
        "typical": None if job.is_over else typical_seconds(job.organisation, take.model),
        "next_step": NEXT_STEP.get(job.failure_class, ""),
        "rate": take.shot.project.organisation.usd_per_credit,
        "waits_until": _waits_until(job),
        "may_cancel": job.state == GenerationState.QUEUED and request.member.can(Right.GENERATE),
        "may_fetch": bool(job.result_url) and job.state in UNFETCHED and request.member.can(Right.GENERATE),
        "is_live": not job.is_over and job.state != GenerationState.NEEDS_ATTENTION,
    }
    context["watch"] = question(request, request.path, [f"{take.pk}:{job_stamp(job.state, job.state_since)}"])
    if request.htmx and not request.htmx.boosted:
        return render(request, "assets/_job_live.html", context)
    context["trail"] = [
        (take.shot.project.name, reverse("project_board", args=[take.shot.project_id])),
        (take.shot.name, reverse("take_list", args=[take.shot_id])),
    ]
    return render(request, "assets/job.html", context)


def _history(job: Generation) -> dict[str, Any]:
    """The last moves and attempts: a take that Kie refuses for hours gathers hundreds. Two queries."""
    moves = list(job.moves.select_related("by"))
    attempts = list(job.attempts.select_related("stray"))
    return {
        "moves": moves[-SHOWN:],
        "earlier": max(len(moves) - SHOWN, 0),
        "attempts": attempts[-SHOWN:],
        "attempt_count": len(attempts),
    }


def _load(request: MemberRequest, right: Right, pk: UUID) -> Take:
    takes = Take.objects.visible_to(request.user).filter(generation__isnull=False).select_related(*TAKE_ROWS)
    return load(request, takes, right, pk=pk)


def _waits_until(job: Generation) -> datetime | None:
    """When a take that Kie refused for the moment is sent again."""
    return job.lease_until if job.state == GenerationState.QUEUED else None


@require_POST
@logged_in
def take_cancel(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Stop a take that has not been sent; afterwards, say that it can't be stopped."""
    take = _load(request, Right.GENERATE, pk)
    structlog.contextvars.bind_contextvars(generation=str(take.generation.pk))
    try:
        cancel_take(by=request.user, generation=take.generation)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"Take {take.number} is cancelled. Nothing was charged.")
    return redirect("take_job", pk=take.pk)


@require_POST
@logged_in
def take_fetch(request: MemberRequest, pk: UUID) -> HttpResponse:
    """Fetch a result that doesn't come home, now."""
    take = _load(request, Right.GENERATE, pk)
    told(
        request, lambda: fetch_now(by=request.user, generation=take.generation), f"Take {take.number} is being fetched."
    )
    return redirect("take_job", pk=take.pk)
