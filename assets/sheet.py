"""The contact sheet of a shot: what each tile says, which tiles still change, and how long such jobs take."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from assets.composer import as_uuid, key_after
from assets.models import Clip, FailureClass, Generation, Shot, Take, Version
from assets.models.generation import END_STATES, GenerationState
from assets.pricing import price_table
from projects.models import Member, Organisation
from projects.roles import Right

SHEET_SIZE = 24
COUNTED = 10 * SHEET_SIZE  # the filters count the newest takes, so that a long history costs no more than a short one
TYPICAL_OF = 50
TYPICAL_AMONG = 4 * TYPICAL_OF  # a bound on what one question reads, however many takes there have been
DRAWING_LASTS = timedelta(minutes=3)

NEXT_STEP: dict[str, str] = {
    FailureClass.PROVIDER: "Kling's side failed. The same request often works the second time.",
    FailureClass.MODERATION: "Kling refused the words or the image. Change them, then generate again.",
    FailureClass.INVALID_INPUT: "Kie refused the request. Change the prompt or the image.",
    FailureClass.OUT_OF_CREDITS: "The Kie account is empty. An admin tops it up; then generate again.",
    FailureClass.UNKNOWN: "Nobody could tell whether Kie made it. Look into the job, then generate again.",
    FailureClass.BAD_RESULT: "What came back was no usable clip. Generate again; an admin can ask Kie about it.",
}

# Filters of the sheet by the word in the address.
READY = Q(generation__state=GenerationState.READY)
KEPT = Q(discarded_at=None)
FILTERS: dict[str, tuple[str, Q]] = {
    "": ("All", KEPT),
    "triage": ("To triage", KEPT & READY & Q(rating=None, version=None)),
    "rated": ("Rated", KEPT & Q(rating__isnull=False)),
    "failed": ("Failed", KEPT & Q(generation__state=GenerationState.FAILED)),
    "discarded": ("Discarded", ~KEPT),
}


def sheet_takes(shot: Shot) -> QuerySet[Take]:
    """The shot's takes with all that their tiles show, in one query."""
    return (
        Take.objects.filter(shot=shot, generation__isnull=False)
        .select_related("generation", "clip", "version", "image__asset", "parent")
        .defer("generation__result_url", "clip__file")
    )


def filter_counts(shot: Shot) -> dict[str, int]:
    """How many of the newest takes each filter shows, and `last`: the highest number of all. One query."""
    counts: dict[str, Any] = {name or "all": Count("pk", filter=condition) for name, (_, condition) in FILTERS.items()}
    newest = Take.objects.filter(shot=shot).order_by("-number").values("pk")[:COUNTED]
    found = Take.objects.filter(pk__in=newest).aggregate(last=Max("number"), **counts)
    return {name: count or 0 for name, count in found.items()}


@dataclass(frozen=True, slots=True)
class Tile:
    """One take on the sheet. `price` and `cost` in credits, None where the person sees no money or nothing is known.

    `shut` says why it can't be generated again at that price.
    """

    take: Take
    job: Generation
    clip: Clip | None
    version: Version | None
    price: Decimal | None = None
    shut: str = ""
    cost: Decimal | None = None
    typical: int | None = None
    key: str = ""
    may_select: bool = False
    may_generate: bool = False

    @property
    def state(self) -> str:
        """The pill: of the job, or that people put the take aside."""
        return "discarded" if self.take.discarded_at else self.job.state

    @property
    def is_running(self) -> bool:
        """Whether a machine is at work on it."""
        return self.job.state not in END_STATES and self.job.state != GenerationState.NEEDS_ATTENTION

    @property
    def is_over(self) -> bool:
        """Whether the job has ended."""
        return self.job.state in END_STATES

    @property
    def next_step(self) -> str:
        """What to do after this failure."""
        return NEXT_STEP.get(self.job.failure_class, "")

    @property
    def stamp(self) -> str:
        """Changes when the tile has to be drawn again."""
        return tile_stamp(self.job.state, self.clip.proxy.name if self.clip else "")

    @property
    def is_watched(self) -> bool:
        """Whether the page should ask again: the job runs, or its pictures are being drawn."""
        ended = self.job.finished_at
        drawing = self.job.state == GenerationState.READY and not self.stamp.endswith("-drawn")
        return self.is_running or bool(drawing and ended and timezone.now() - ended < DRAWING_LASTS)

    @property
    def watch(self) -> str:
        """The tile's word in the address of the next question."""
        return f"{self.take.pk}:{self.stamp}"


def tile_stamp(state: str, proxy: str | None) -> str:
    """What a tile shows of a job in that state; `proxy` is the name of its clip's proxy, empty before it is drawn."""
    return f"{state}{'-drawn' if proxy else ''}"


def plain_tile(take: Take) -> Tile:
    """The tile of a take from `sheet_takes` without what needs another query: enough to tell whether it changed."""
    return Tile(take, take.generation, getattr(take, "clip", None), getattr(take, "version", None))


def tiles_of(takes: Iterable[Take], member: Member, shot: Shot, last: int) -> list[Tile]:
    """Tiles for that member: prices and buttons by their rights. One query for prices, one for typical times."""
    rows = list(takes)
    organisation = shot.project.organisation
    money, generate = member.can(Right.SEE_MONEY), member.can(Right.GENERATE)
    prices = price_table(organisation) if generate else {}
    running = any(take.generation.state not in END_STATES for take in rows)
    typical = typical_by_model(organisation) if running else {}
    open_project = shot.project.archived_at is None
    return [
        replace(
            plain_tile(take),
            price=row.credits if (row := prices.get((take.model, take.seconds, take.sound))) else None,
            shut=row.shut if row else "",
            cost=take.generation.cost if money else None,
            typical=typical.get(take.model),
            key=key_after(member.user, shot, last, take, button="again") if generate else "",
            may_select=open_project and member.can(Right.SELECT_TAKE),
            may_generate=open_project and generate,
        )
        for take in rows
    ]


def typical_seconds(organisation: Organisation, model: str) -> int | None:
    """The median seconds from asking to ready, of the model's last 50 ready takes; None before the first."""
    return typical_by_model(organisation).get(model)


def typical_by_model(organisation: Organisation) -> dict[str, int]:
    """`typical_seconds` of each model that was ready among the organisation's last 200 takes. One query."""
    ready = Generation.objects.filter(
        organisation=organisation, state=GenerationState.READY, finished_at__isnull=False
    ).order_by("-finished_at")
    spans: defaultdict[str, list[float]] = defaultdict(list)
    for model, began, ended in ready.values_list("take__model", "created_at", "finished_at")[:TYPICAL_AMONG]:
        if ended and len(spans[model]) < TYPICAL_OF:
            spans[model].append((ended - began).total_seconds())
    return {model: round(median(seconds)) for model, seconds in spans.items()}


def watched(words: Sequence[str]) -> dict[Any, str]:
    """The ids and stamps that a page names in its question; what can't be read is left out."""
    pairs = (word.partition(":") for word in words[: 2 * SHEET_SIZE])
    return {key: stamp for text, _, stamp in pairs if (key := as_uuid(text))}
