"""The suite can see: each seeded defect turns it red, and without the defect the same seeds are green."""

import pytest

from tests.simulation.defects import SEEDS
from tests.simulation.defects.patches import Defect
from tests.simulation.episode import run_episode
from tests.simulation.studio import Studio, found_studio

pytestmark = pytest.mark.django_db(transaction=True)
MOST_EPISODES = 250


@pytest.fixture
def studio(db: None) -> Studio:
    return found_studio()


@pytest.mark.parametrize("defect", SEEDS, ids=lambda defect: defect.__name__)
def test_a_defect_turns_the_suite_red(studio: Studio, defect: Defect) -> None:
    # The seed that showed it last comes first; when the product's steps change, another one will.
    for seed in (SEEDS[defect], *range(1, MOST_EPISODES)):
        with defect():
            if run_episode(seed, studio).breaches:
                return
    pytest.fail(f"{MOST_EPISODES} episodes did not see it: the suite is blind here")


def test_the_same_seeds_are_green_without_defects(studio: Studio) -> None:
    seeds = sorted(set(SEEDS.values()))
    assert {seed: run_episode(seed, studio).breaches for seed in seeds} == {seed: [] for seed in seeds}
