"""Two templates on the same ground: what is told of several groups of places at once is what each would tell alone."""

import numpy as np
import pytest

from ratchet_monitor.prompts.places import Place
from ratchet_monitor.prompts.standardising import Cells, Standardised, shares_apart, shares_apart_by

LEVELS = (0.9, 0.99)


def cells(random: np.random.Generator, places: int, blocks: int) -> dict[Place, np.typing.NDArray[np.float64]]:
    """Of some places some blocks, in a third of which nobody spoke."""
    found = {}
    for number in range(places):
        n = random.integers(0, 3, blocks) * random.integers(1, 8, blocks).astype(float)
        mean = np.where(n > 0, random.random(blocks), 0.0)
        place = Place(("summary", "qa")[number % 2], ("email", "memo", "contract")[number % 3], "base", f"m{number}")
        found[place] = np.stack([n, mean, n * random.uniform(0.5, 1.0)], axis=1)
    return {place: found[place] for place in found if random.random() < 0.8}


def document(place: Place) -> str:
    return place.document_type


def only(several: Cells, name: str) -> Cells:
    return {place: known for place, known in several.items() if document(place) == name}


def told(one: Standardised) -> list[float]:
    """All of its numbers; nan of what is not known."""
    ends = [apart for level in LEVELS for apart in (one.at(level) or (np.nan,) * 3)]
    return [np.nan if one.value is None else one.value, one.n, one.of_other, one.blocks, *ends]


@pytest.mark.parametrize("seed", range(20))
def test_each_group_is_told_as_if_it_stood_alone(seed: int) -> None:
    random = np.random.default_rng(seed)
    ours, theirs = (cells(random, int(random.integers(0, 20)), int(random.integers(1, 20))) for _ in range(2))
    found = shares_apart_by(ours, theirs, document)
    assert set(found) == {document(place) for place in ours if place in theirs}
    for name, one in found.items():
        assert told(one) == pytest.approx(told(shares_apart(only(ours, name), only(theirs, name))), nan_ok=True)


def test_without_common_ground_nothing_is_told() -> None:
    assert shares_apart_by({}, {}, document) == {}
    assert told(shares_apart({}, {})) == pytest.approx([np.nan, 0, 0, 0, *([np.nan] * 6)], nan_ok=True)
