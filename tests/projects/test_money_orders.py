"""In whatever order it comes: a budget's sums are the sums of its rows, and no hold passes the limit."""

from collections import defaultdict
from decimal import Decimal

from django.db import models
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projects.actions.money import NothingHeldError, OverBudget, hold, release, settle
from projects.models import Budget, LedgerEntry, Project, User

LIMIT = Decimal(100)
figures = st.decimals(min_value=0, max_value=70, places=2)
keys = st.sampled_from("abc")
steps = st.lists(
    st.one_of(
        st.tuples(st.just("hold"), keys, figures),
        st.tuples(st.just("settle"), keys, figures),
        st.tuples(st.just("release"), keys, st.just(Decimal(0))),
    ),
    max_size=10,
)
same_database = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def walk(project: Project, by: User, orders: list[tuple[str, str, Decimal]], run: str) -> dict[str, Decimal]:
    """Do the steps; answer what each key was charged last. A key is held once."""
    charged: dict[str, Decimal] = {}
    held: set[str] = set()
    for verb, letter, credits in orders:
        key = f"{run}:{letter}"
        if verb == "hold" and key not in held:
            try:
                hold(organisation=project.organisation, project=project, key=key, credits=credits, by=by, what="")
                held.add(key)
            except OverBudget:
                continue
        elif verb == "settle":
            try:
                settle(key=key, charged=credits)
                charged[key] = credits
            except NothingHeldError:
                assert key not in held
        elif verb == "release":
            release(key=key)
    return charged


def sums(budget: Budget) -> dict[str, Decimal]:
    """Σ credits of the budget's rows by kind, and of the corrections upwards as "up"."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for kind, credits in LedgerEntry.objects.filter(budget=budget).values_list("kind", "credits"):
        found[kind] += credits
        if kind == "correction":
            found["up"] += max(credits, Decimal(0))
    return found


def fresh(project: Project) -> Budget:
    """The project's budget, emptied by hand for the next example: the ledger itself can't be."""
    models.QuerySet(LedgerEntry).filter(project=project).delete()
    models.QuerySet(Budget).all().delete()
    return Budget.objects.create(organisation=project.organisation, project=project, limit=LIMIT)


@same_database
@given(orders=steps)
def test_sums_are_the_rows(project: Project, carl: User, orders: list[tuple[str, str, Decimal]]) -> None:
    budget = fresh(project)
    walk(project, carl, orders, "run")
    for budget in Budget.objects.all():
        total = sums(budget)
        assert budget.held == total["hold"] - total["settle"] - total["release"]
        assert budget.settled == total["settle"] + total["overrun"] + total["correction"]
        assert budget.overrun == total["overrun"] + total["up"]


@same_database
@given(orders=steps)
def test_what_was_charged_last_is_what_is_settled(
    project: Project, carl: User, orders: list[tuple[str, str, Decimal]]
) -> None:
    budget = fresh(project)
    charged = walk(project, carl, orders, "run")
    budget.refresh_from_db()
    assert budget.settled == sum(charged.values())


@same_database
@given(orders=steps)
def test_only_overruns_pass_the_limit(project: Project, carl: User, orders: list[tuple[str, str, Decimal]]) -> None:
    budget = fresh(project)
    walk(project, carl, orders, "run")
    budget.refresh_from_db()
    assert budget.held + budget.settled - budget.overrun <= LIMIT


@same_database
@given(orders=steps)
def test_doing_each_step_twice_changes_nothing(
    project: Project, carl: User, orders: list[tuple[str, str, Decimal]]
) -> None:
    fresh(project)
    walk(project, carl, orders, "run")
    once = list(Budget.objects.order_by("month").values_list("held", "settled", "overrun"))
    fresh(project)
    walk(project, carl, [step for step in orders for _ in range(2)], "run")
    assert list(Budget.objects.order_by("month").values_list("held", "settled", "overrun")) == once
