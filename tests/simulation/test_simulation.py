"""Episodes of fixed seeds in the ordinary run; thousands more by `make chaos`."""

import pytest

from tests.simulation.episode import run_episode
from tests.simulation.studio import Studio, found_studio

pytestmark = pytest.mark.django_db(transaction=True)
SEEDS = range(1, 41)


@pytest.fixture
def studio(db: None) -> Studio:
    return found_studio()


def test_nothing_is_lost_or_paid_twice_in_any_storm(studio: Studio) -> None:
    outcomes = [run_episode(seed, studio) for seed in SEEDS]
    assert {one.seed: one.breaches for one in outcomes if one.breaches} == {}
    assert sum(one.faults["crash"] for one in outcomes) > 20


def test_a_seed_gives_the_same_run_again(studio: Studio) -> None:
    first, second = ([run_episode(seed, studio).trace for seed in (3, 6, 10)] for _ in range(2))
    assert first == second
    assert sum(map(len, first)) > 60
