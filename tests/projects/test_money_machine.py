"""The ledger beside a model of it in plain numbers: a hold is refused when it doesn't fit and only then."""

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from projects.actions.money import NothingHeldError, OverBudget, hold, release, settle
from projects.invariants import MONEY
from projects.models import Budget, LedgerEntry, Project, User
from tests.factories import OrganisationFactory, ProjectFactory, UserFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
NOTHING, MONTH, PROJECT = Decimal(0), Decimal(100), Decimal(60)
figures = st.decimals(min_value=0, max_value=70, places=2)
chosen = st.integers(min_value=0, max_value=7)


class Money(RuleBasedStateMachine):
    """Two projects of an organisation, one with a budget of its own; what is held and charged is told by key."""

    @initialize()
    def begin(self) -> None:
        organisation = OrganisationFactory.create(monthly_limit=MONTH)
        self.by = UserFactory.create()
        self.projects = [ProjectFactory.create(organisation=organisation) for _ in range(2)]
        self.budget = Budget.objects.create(organisation=organisation, project=self.projects[0], limit=PROJECT)
        self.names: list[tuple[str, int]] = []
        self.held: dict[str, Decimal] = {}
        self.charged: dict[str, Decimal] = {}

    def used(self, where: tuple[int, ...]) -> tuple[Decimal, Decimal]:
        """Credits held and settled by the keys of these projects."""
        keys = [key for key, project in self.names if project in where]
        held = sum((self.held.get(key, NOTHING) for key in keys), NOTHING)
        return held, sum((self.charged.get(key, NOTHING) for key in keys), NOTHING)

    def fits(self, project: int, credits: Decimal) -> bool:
        month = sum(self.used((0, 1))) + credits <= MONTH
        return month and (project == 1 or sum(self.used((0,))) + credits <= PROJECT)

    @rule(project=st.integers(0, 1), credits=figures)
    def hold(self, project: int, credits: Decimal) -> None:
        ours = self.projects[project]
        key = f"{ours.organisation_id}:{len(self.names)}"
        fits = self.fits(project, credits)
        try:
            hold(organisation=ours.organisation, project=ours, key=key, credits=credits, by=self.by, what="")
        except OverBudget:
            assert not fits
            return
        assert fits
        self.names.append((key, project))
        self.held[key] = credits

    @precondition(lambda self: self.names)
    @rule(number=chosen, credits=figures)
    def settle(self, number: int, credits: Decimal) -> None:
        key, _ = self.names[number % len(self.names)]
        settle(key=key, charged=credits)
        self.held.pop(key, None)
        self.charged[key] = credits

    @precondition(lambda self: self.names)
    @rule(number=chosen)
    def release(self, number: int) -> None:
        key, _ = self.names[number % len(self.names)]
        release(key=key)
        self.held.pop(key, None)

    @rule()
    def settle_what_nobody_held(self) -> None:
        with pytest.raises(NothingHeldError):
            settle(key="nobody's", charged=Decimal(1))

    @invariant()
    def sums_are_the_models(self) -> None:
        self.budget.refresh_from_db()
        assert (self.budget.held, self.budget.settled) == self.used((0,))
        month = Budget.objects.filter(organisation=self.budget.organisation_id, project=None).first()
        assert self.used((0, 1)) == ((month.held, month.settled) if month else (0, 0))

    def teardown(self) -> None:
        assert [told for promise in MONEY for told in promise.check(None)] == []


def test_the_ledger_does_what_plain_numbers_do() -> None:
    run_state_machine_as_test(Money, settings=settings(max_examples=25, stateful_step_count=20, deadline=None))


@pytest.mark.parametrize("order", [*permutations(["settle", "settle again", "release", "late charge"])])
def test_every_order_comes_out_even(project: Project, carl: User, order: tuple[str, ...]) -> None:
    Budget.objects.create(organisation=project.organisation, project=project, limit=PROJECT)
    hold(organisation=project.organisation, project=project, key="one", credits=Decimal(55), by=carl, what="")
    charges = {"settle": Decimal(40), "settle again": Decimal(40), "late charge": Decimal(60)}
    for step in order:
        if step == "release":
            release(key="one")
        else:
            settle(key="one", charged=charges[step])
    last = next(charges[step] for step in reversed(order) if step in charges)
    for budget in Budget.objects.all():
        assert (budget.held, budget.settled) == (Decimal(0), last)
        assert LedgerEntry.objects.filter(budget=budget, kind="hold").count() == 1
    assert [told for promise in MONEY for told in promise.check(None)] == []
