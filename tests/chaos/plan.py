"""What happens in an episode, from its seed alone: what is asked for, what goes wrong with it, which blows fall."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from projects.crash_points import POINTS

STORM_SECONDS = 34.0
# In a prompt, for the tasks of that prompt: how often each, and what the tag says. "" is a take without a fault.
TASK_FAULTS = {
    "": 50,
    "html": 2, "null-data": 2, "empty": 2, "truncated": 2, "reset": 3, "hang": 2, "drip": 1, "huge": 1, "gzip-bomb": 1,
    "redirect": 2, "no-task-id": 2, "code-text": 2, "answer=2": 2, "answer=5": 2,
    "429*2": 2, "455*1": 2, "http-500*1": 2, "dropped*1": 3, "422": 1, "505": 1, "validation-500": 1,
    "401*1": 0.3, "402*1": 0.3, "433*1": 0.3,
    "fail-provider": 3, "moderation": 2, "charged-fail": 2, "never": 1, "slow=6": 3, "late-record=3": 3,
    "overcharge": 3,
    "no-credits-field": 3, "text-fields": 2, "early-result": 2, "empty-result": 2, "private-link": 1, "bad-video": 1,
    "expired": 3, "result-500=2": 2, "result-cut": 3, "result-drip": 1, "result-page": 2, "result-moved": 2,
    "result-private": 1, "result-huge": 1,
}  # fmt: skip
CALLBACK_FAULTS = {
    "": 40, "no-callback": 20, "twice": 8, "late-callback=5": 6, "early-callback": 8, "replayed-callback=4": 6,
    "forged-callback": 6, "garbled-callback": 3, "stranger-callback": 8,
}  # fmt: skip
STORMS = (
    "429~3", "455~4", "http-500~2", "dropped~2", "reset~2", "empty~2", "ask-500~4", "ask-429~4", "ask-html~3",
    "ask-hang~2", "ask-null-data~3", "ask-truncated~3", "credit-500~9", "401~1", "402~1",
)  # fmt: skip
# Mostly crash points: they strike where it hurts, and let the others work on.
BLOWS = {
    "crash": 64, "kill worker": 7, "kill cluster": 2, "kill work": 0.5, "kill web": 2, "stop worker": 4,
    "stop cluster": 1, "stop work": 1.5, "stop web": 2, "stop kie": 1, "kie down": 1.5, "provider storm": 5,
    "database": 2, "storage-full": 2, "storage-gone": 2, "clock": 4,
}  # fmt: skip
# Of a stop or a clock that is wrong: well below the window in which an unknown outcome may still clear up.
LONGEST_STOP = 4.0
LONGEST_STEP = 5.0


@dataclass(frozen=True, slots=True)
class Ask:
    """Somebody asks for takes, `at` seconds into the storm; `crash`: where the process that asks ends, "" nowhere."""

    at: float
    key: str
    prompt: str
    takes: int
    crash: str = ""


@dataclass(frozen=True, slots=True)
class Blow:
    """Something is struck `at` seconds into the storm, for `seconds`; `what` says which crash point, storm or part."""

    at: float
    kind: str
    what: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole episode. `limit`: credits of its organisation's month; `cancel_at`: when somebody cancels, or None."""

    seed: int
    limit: int
    asks: tuple[Ask, ...]
    blows: tuple[Blow, ...]
    cancel_at: float | None


def plan_of(seed: int) -> Plan:
    """The same plan for the same seed, always."""
    rng = Random(f"chaos {seed}")
    limit = rng.choice((10_000, 10_000, 10_000, 165, 110, 55))
    asks = [ask for number in range(rng.choice((1, 1, 2))) for ask in _asks(rng, f"s{seed}k{number}")]
    blows = tuple(_blow(rng) for _ in range(rng.choice((2, 3))))
    cancel_at = rng.uniform(1, STORM_SECONDS) if rng.random() < 0.25 else None
    return Plan(seed, limit, tuple(asks), blows, cancel_at)


def _asks(rng: Random, key: str) -> list[Ask]:
    """One form, sometimes sent twice at once or from a process that ends in the middle."""
    at, takes = rng.uniform(0, 0.7 * STORM_SECONDS), rng.choice((1, 1, 1, 2))
    tags = [_choose(rng, faults) for faults in (TASK_FAULTS, CALLBACK_FAULTS)]
    prompt = " ".join([f"A boat, {key}", *(f"[kie:{tag}]" for tag in tags if tag)])
    crash = rng.choice(("queueing", "queued")) if rng.random() < 0.15 else ""
    twice = rng.random() < 0.25
    return [Ask(at, key, prompt, takes, crash), *([Ask(at + 0.05, key, prompt, takes)] if twice else [])]


def _blow(rng: Random) -> Blow:
    kind, at = _choose(rng, BLOWS), rng.uniform(1, STORM_SECONDS)
    what = ""
    if kind == "crash":
        what = rng.choice([point for point in POINTS if point not in ("queueing", "queued")])
    elif kind == "provider storm":
        what = rng.choice(STORMS)
    elif kind == "clock":
        what = f"{rng.choice((-1, 1)) * rng.uniform(1, LONGEST_STEP):.1f}"
    return Blow(at, kind, what, rng.uniform(0.5, LONGEST_STOP))


def _choose(rng: Random, weights: Mapping[str, float]) -> str:
    (name,) = rng.choices(list(weights), list(weights.values()))
    return name
