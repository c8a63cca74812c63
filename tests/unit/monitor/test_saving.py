from decimal import Decimal

import numpy as np
import pytest

from ratchet_monitor.comparison import SAVING_ALPHA
from ratchet_monitor.saving import Saving, compare, firsts, proven
from ratchet_scoring.intervals import Interval
from tests.unit.monitor.make import experiment, observation

CANARY = "summary-00000001"
LEAST = 0.3
UNITS = 4_000
LOOKS = np.unique(np.geomspace(200, UNITS, 20).astype(int))


def watched(spread: float, cheaper: float, seed: int, runs: int = 50) -> tuple[float, float]:
    """Shares of trials that a look ever calls a saving: by what was seen, as from 30 units of each arm on, and where it
    is proven. Costs are log-normal, and three answers in a thousand are a hundred times as dear; a tenth is the
    canary's."""
    random, seemed, found = np.random.default_rng(seed), 0, 0
    for _ in range(runs):
        is_canary = random.random(UNITS) < 0.1
        usd = 0.002 * random.lognormal(0.0, spread, UNITS) * np.where(random.random(UNITS) < 0.003, 100, 1)
        usd = np.where(is_canary, usd * (1 - cheaper), usd)
        arms = [(usd[:look][~is_canary[:look]], usd[:look][is_canary[:look]]) for look in LOOKS]
        seemed += any(len(b) >= 30 and b.mean() <= (1 - LEAST) * a.mean() for a, b in arms)
        found += any(compare(a, b, saving=LEAST, alpha=SAVING_ALPHA).proven(LEAST) for a, b in arms)
    return seemed / runs, found / runs


def test_the_false_savings_are_few_though_one_looks_again_and_again() -> None:
    """No difference at all: by what was seen most trials save a third at some look."""
    seemed, found = watched(1.0, cheaper=0.0, seed=1, runs=400)
    assert seemed > 0.25
    assert found <= 0.01  # the promise is .0025: of 400, more than 4 have a chance of .004


def test_what_is_dearer_never_saves() -> None:
    assert watched(1.0, cheaper=-0.2, seed=2)[1] == 0


def test_half_the_price_is_found_mostly_within_four_hundred_units_of_the_canary() -> None:
    assert watched(0.5, cheaper=0.6, seed=3)[1] > 0.5


@pytest.mark.parametrize(
    ("canary", "high", "holds"), [(0.6, -0.1, True), (0.71, -0.1, False), (0.6, 0.01, False), (0.6, 0.0, False)]
)
def test_a_saving_is_as_large_as_is_asked_for_and_no_chance(canary: float, high: float, holds: bool) -> None:
    assert Saving(1.0, canary, Interval(-0.9, high)).proven(LEAST) is holds


@pytest.mark.parametrize(("control", "canary"), [([], []), ([1.0], [0.5]), ([0.0] * 300, [0.0] * 300)])
def test_of_too_few_and_of_what_costs_nothing_nothing_is_proven(control: list[float], canary: list[float]) -> None:
    assert not compare(control, canary, saving=LEAST, alpha=SAVING_ALPHA).proven(LEAST)


def test_a_unit_counts_once_and_one_answer_for_no_more_than_its_cap() -> None:
    seen = [
        observation(1, unit="u", version_id=CANARY, cost_usd=Decimal(7), outcome="failed"),
        observation(2, unit="u", version_id=CANARY, cost_usd=Decimal("0.5"), latency_ms=100.0),
        observation(3, unit="u", version_id=CANARY, latency_ms=900.0),
        observation(4, unit="v", cost_usd=Decimal("0.25"), latency_ms=3_600_000.0),
    ]
    assert firsts(seen, experiment()) == (([0.25], [1.0]), ([60.0], [0.1]))


async def test_cost_and_time_are_proven_apart() -> None:
    random = np.random.default_rng(4)
    seen = [
        observation(
            number,
            version_id=CANARY if number % 2 else "base",
            cost_usd=Decimal(str(round(0.002 * random.lognormal(0.0, 0.3), 6))),
            latency_ms=float(random.lognormal(0.0, 0.3)) * (100 if number % 2 else 200),
        )
        for number in range(1_000)
    ]
    found = await proven(seen, experiment(), LEAST)
    assert (found.cheaper, found.faster) == (False, True)
