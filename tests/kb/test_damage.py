"""Random damage to what cannot be made again shows nobody more, nothing false, and is never silent.

`python -m benchmarks.damage` does the same with hundreds of tries for every file.
"""

import pytest

from benchmarks.damage import tried
from benchmarks.damaged_base import Community, Sighted, surveyed
from tests.examples import PROFILE

pytestmark = pytest.mark.exhaustive

SOURCES = (
    "log.sqlite",
    "log.sqlite, new views",
    "vault.sqlite",
    "vault.sqlite, new views",
    "accounts.sqlite",
)
TRIES = 2 if PROFILE == "dev" else 3


@pytest.fixture(scope="module")
def community(tmp_path_factory: pytest.TempPathFactory) -> tuple[Community, Sighted]:
    """A community, and the truth about it."""
    return surveyed(tmp_path_factory.mktemp("damage") / "sound")


@pytest.mark.parametrize("name", SOURCES)
def test_damage_is_refused_or_told_and_shows_nobody_more(
    community: tuple[Community, Sighted], name: str
) -> None:
    for seed in range(TRIES):
        faults, why = tried(*community, name, seed)
        assert faults <= {"refused"}, (seed, why)
