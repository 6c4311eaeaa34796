"""Figures for Prometheus, read from our own rows at the moment of asking.

Web servers and workers are many processes on many machines, so counters in memory would each tell a part. The rows tell
the whole, whoever is asked, and survive every restart; a scrape is a dozen counts.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from django.db.models import Count, Min, Sum
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeHistogramMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from assets.models import Attempt, Generation, GenerationState, LineStop, Outcome, Reconciliation, StopReason
from assets.models.generation import END_STATES
from projects.deployment import safe_mode
from projects.heartbeats import heartbeat_age, workers_alive
from projects.models import Budget, InvariantRun

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCY_WINDOW = timedelta(minutes=15)
LATENCY_BOUNDS = (0.25, 0.5, 1, 2, 5, 10, 20, 30)


def metrics_text() -> bytes:
    """Everything, in the text format of Prometheus."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures())
    return generate_latest(registry)


class Figures(Collector):
    """All families; each one is a query or two."""

    def collect(self) -> Iterable[Metric]:
        """Read them now."""
        yield from jobs()
        yield from line()
        yield latency()
        yield from truth()
        yield from workers()


def jobs() -> Iterator[Metric]:
    """How many jobs stand where, and since when the oldest of them has been on its way."""
    count = GaugeMetricFamily("kling_jobs", "Jobs by state.", labels=["state"])
    oldest = GaugeMetricFamily(
        "kling_oldest_waiting_seconds", "Age of the oldest unfinished job by state; 0: none.", labels=["state"]
    )
    found = Generation.objects.order_by().values_list("state").annotate(Count("pk"), Min("created_at"))
    by_state = {state: (amount, first) for state, amount, first in found}
    now = timezone.now()
    for state in GenerationState:
        amount, first = by_state.get(state, (0, now))
        count.add_metric([state], amount)
        if state not in END_STATES:
            oldest.add_metric([state], max((now - first).total_seconds(), 0))
    yield count
    yield oldest


def line() -> Iterator[Metric]:
    """Whether the line to Kie.ai stands still, and what callbacks it brought."""
    stopped = GaugeMetricFamily("kling_line_stopped", "1 while this reason holds submissions back.", labels=["reason"])
    open_stops = set(LineStop.objects.open().values_list("reason", flat=True))
    for reason in StopReason:
        stopped.add_metric([reason], reason in open_stops)
    yield stopped
    # Attempts are never deleted, so this only grows. A repeated callback is the same callback.
    callbacks = Attempt.objects.filter(callback_at__isnull=False).count()
    yield CounterMetricFamily("kling_callbacks", "Attempts for which Kie.ai called back.", value=callbacks)


def latency() -> Metric:
    """How long createTask took in the last minutes, by outcome.

    From the attempts' own times instead of counts kept beside them: no write is added to the one paid call, and no
    process's share gets lost with it. The window moves, so buckets may fall: a gauge histogram, to be read as it is and
    not through rate().
    """
    family = GaugeHistogramMetricFamily(
        "kling_create_seconds", "Time to an answer of createTask, last 15 minutes.", labels=["outcome"]
    )
    sent = Attempt.objects.filter(sent_at__gt=timezone.now() - LATENCY_WINDOW).exclude(outcome=Outcome.PENDING)
    took: dict[str, list[float]] = {outcome: [] for outcome in Outcome if outcome != Outcome.PENDING}
    for outcome, begun, answered in sent.order_by().values_list("outcome", "sent_at", "answered_at").iterator():
        if begun and answered:
            took[outcome].append(max((answered - begun).total_seconds(), 0))
    for outcome, seconds in took.items():
        buckets = [(str(bound), sum(one <= bound for one in seconds)) for bound in LATENCY_BOUNDS]
        family.add_metric([outcome], [*buckets, ("+Inf", len(seconds))], sum(seconds))
    return family


def truth() -> Iterator[Metric]:
    """Whether everything holds that must hold, and what is held and drifting."""
    held = Budget.objects.filter(project=None).aggregate(sum=Sum("held"))["sum"] or 0
    yield GaugeMetricFamily("kling_held_credits", "Credits held for unfinished jobs.", value=float(held))
    run = InvariantRun.objects.first()
    if run:
        age = (timezone.now() - run.created_at).total_seconds()
        yield GaugeMetricFamily("kling_invariants_ok", "1 when the last check found no breach.", value=not run.breaches)
        yield GaugeMetricFamily("kling_invariant_breaches", "Rows that break an invariant.", value=run.breaches)
        yield GaugeMetricFamily("kling_invariants_age_seconds", "Time since the last check.", value=age)
    if last := Reconciliation.objects.first():
        yield GaugeMetricFamily("kling_drift_credits", "Drift of the last reconciliation.", value=float(last.drift))


def workers() -> Iterator[Metric]:
    """Whether anybody works, and whether what asks may send anything."""
    yield GaugeMetricFamily("kling_safe_mode", "1 on a database of another deployment.", value=safe_mode())
    yield GaugeMetricFamily("kling_workers", "Worker supervisors seen in the last minute.", value=workers_alive())
    if (age := heartbeat_age()) is not None:
        seconds = age.total_seconds()
        yield GaugeMetricFamily("kling_worker_heartbeat_seconds", "Time since any worker was seen.", value=seconds)
