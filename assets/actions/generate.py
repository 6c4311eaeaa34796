"""Ask for takes: rows, hold and queue entry in one transaction, so that all of it is there or none of it."""

from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from assets.actions.shots import refresh_shot, refuse_archived
from assets.models import Generation, GenerationMove, Price, Shot, Take
from assets.models.generation import GenerationState
from assets.pricing import PriceChanged, price_of
from assets.requests import MAX_TAKES, TakeRequest, problems
from projects.access import member_for, require
from projects.actions.audit import log
from projects.actions.money import OverBudget, hold
from projects.crash_points import crash_point
from projects.errors import Refused
from projects.models import User
from projects.queue import enqueue
from projects.roles import Right

SUBMIT = "assets.tasks.submit"
KEY_LENGTH = 64


def takes_of_key(shot: Shot, request_key: str) -> list[Take]:
    """The takes this key already brought, in order. Raises Refused when it belongs to another shot."""
    found = list(
        Take.objects.filter(request_key__in=[_key(request_key, place) for place in range(1, MAX_TAKES + 1)])
        .select_related("shot__project__organisation")
        .order_by("number")
    )
    if any(take.shot_id != shot.pk for take in found):
        raise Refused("This form belongs to another shot. Open the composer again; nothing was queued.")
    return found


def request_takes(
    *,
    by: User,
    shot: Shot,
    wanted: TakeRequest,
    takes: int,
    request_key: str,
    parent: Take | None = None,
    price_shown: Decimal | None = None,
) -> list[Take]:
    """Queue 1 to 4 takes of one request; the same key again gives the same takes, whoever was first.

    `price_shown`: credits of all takes together as they stood on the button. Raises Refused and its kinds: NoPrice,
    PriceChanged, OverBudget; or PermissionDenied. Then nothing has changed.
    """
    require(member_for(by, shot.project.organisation_id), Right.GENERATE)
    _check(wanted, takes, request_key, shot, parent)
    try:
        with transaction.atomic():
            Shot.objects.select_for_update().get(pk=shot.pk)  # rivals on one shot wait here, so numbers have no gaps
            if there := takes_of_key(shot, request_key):
                return there
            made = _queue(by, shot, wanted, takes, request_key, parent, price_shown)
            crash_point("queueing")
    except IntegrityError:  # the same key came through another shot's door at the same moment
        if there := takes_of_key(shot, request_key):
            return there
        raise
    crash_point("queued")
    return made


def _check(wanted: TakeRequest, takes: int, request_key: str, shot: Shot, parent: Take | None) -> None:
    if not 1 <= takes <= MAX_TAKES:
        raise Refused(f"Ask for 1 to {MAX_TAKES} takes at a time.")
    if not 1 <= len(request_key) <= KEY_LENGTH:
        raise Refused("This form is damaged. Open the composer again; nothing was queued.")
    if parent is not None and parent.shot_id != shot.pk:
        raise Refused("The take to start from belongs to another shot. Open the composer again; nothing was queued.")
    if found := problems(wanted, timezone.localdate()):
        raise Refused(" ".join(found))
    if wanted.image and wanted.image.asset.organisation_id != shot.project.organisation_id:
        raise Refused("The image belongs to another organisation. Choose one from this library; nothing was queued.")
    refuse_archived(shot.project)


def _queue(
    by: User,
    shot: Shot,
    wanted: TakeRequest,
    takes: int,
    request_key: str,
    parent: Take | None,
    price_shown: Decimal | None,
) -> list[Take]:
    price = price_of(shot.project.organisation, wanted.model, wanted.seconds, wanted.sound)
    total = price.credits * takes
    if price_shown is not None and price_shown != total:
        raise PriceChanged(price_shown, total)
    last = shot.takes.aggregate(last=Max("number"))["last"] or 0
    made: list[Take] = []
    try:
        for place in range(1, takes + 1):
            made.append(_take(by, shot, wanted, last + place, _key(request_key, place), parent, price))
    except OverBudget as error:
        # The figures people see are those before this request: its first takes' holds go back with the transaction.
        error.budget.held -= price.credits * len(made)
        raise OverBudget(error.budget, total) from error
    refresh_shot(shot.pk)
    log(
        organisation=shot.project.organisation,
        by=by,
        verb="generated",
        target=shot,
        changes={"takes": ([], [take.number for take in made]), "credits": (None, total)},
    )
    return made


def _take(
    by: User, shot: Shot, wanted: TakeRequest, number: int, request_key: str, parent: Take | None, price: Price
) -> Take:
    """One take with its job, hold and queue entry."""
    project = shot.project
    take = Take.objects.create(
        shot=shot,
        number=number,
        route=wanted.route,
        model=wanted.model,
        prompt=wanted.prompt,
        seconds=wanted.seconds,
        sound=wanted.sound,
        aspect_ratio=wanted.aspect_ratio,
        image=wanted.image,
        parent=parent,
        request_key=request_key,
        created_by=by,
    )
    job = Generation.objects.create(
        take=take, organisation=project.organisation, project=project, price=price, held=price.credits
    )
    GenerationMove.objects.create(generation=job, new=GenerationState.QUEUED, by=by, why="Asked for")
    what = f"{project}: {shot} take {number}"[:200]
    hold(
        organisation=project.organisation, project=project, key=job.ledger_key, credits=price.credits, by=by, what=what
    )
    enqueue(SUBMIT, job.pk, ahead=True)
    return take


def _key(request_key: str, place: int) -> str:
    return f"{request_key}:{place}"
