"""When does the test of the shares find that an arm does not get its units?"""

from collections.abc import Sequence

import numpy as np

from ratchet_scoring.sequential import Floats
from ratchet_scoring.shares import ALPHA, CONCENTRATIONS
from tests.bench.figure import Figure
from tests.bench.sequential.errors import false_verdicts

AT_ONCE = 200  # trials


def units_until_found(
    promised: Sequence[float], given: Sequence[float], *, units: int, runs: int, seed: int, alpha: float = ALPHA
) -> Floats:
    """Watched after every unit; inf for never. Unit by unit: the bet's odds are the shares so far, as bet on before."""
    random, bounds = np.random.default_rng(seed), np.cumsum(given)[:-1]
    first = []
    for done in range(0, runs, AT_ONCE):
        arm = np.searchsorted(bounds, random.random((min(AT_ONCE, runs - done), units)), side="right")
        log_odds = np.zeros((len(CONCENTRATIONS), *arm.shape))
        for place, share in enumerate(promised):
            mine = arm == place
            before = np.cumsum(mine, axis=1) - mine
            for bet, concentration in enumerate(CONCENTRATIONS):
                odds = (concentration * share + before) / ((concentration + np.arange(units)) * share)
                log_odds[bet] += np.where(mine, np.log(odds), 0.0)
        log_capital = np.logaddexp.reduce(log_odds.cumsum(axis=2), axis=0) - np.log(len(CONCENTRATIONS))
        found = log_capital >= -np.log(alpha)
        first.append(np.where(found.any(axis=1), found.argmax(axis=1) + 1.0, np.inf))
    return np.concatenate(first)


def figures() -> list[Figure]:
    found = []
    for promised in ((0.5, 0.5), (0.1, 0.9)):
        first = units_until_found(promised, promised, units=10_000, runs=1000, seed=25)
        name = f"shares of {promised[0]:.0%} kept"
        found.append(false_verdicts(name, int(np.isfinite(first).sum()), len(first), ALPHA))
    for promised, given in (((0.5, 0.5), (0.52, 0.48)), ((0.5, 0.5), (0.55, 0.45)), ((0.1, 0.9), (0.08, 0.92))):
        first = units_until_found(promised, given, units=20_000, runs=200, seed=26)
        median, late = np.median(first), np.quantile(first, 0.9, method="higher")
        print(f"shares {promised} but {given}: median {median:.0f}, 90 % {late:.0f} units")
        name = f"sequential: units until {given[0]:.0%} where {promised[0]:.0%} was promised is found"
        found.append(Figure(name, float(median), f"units (median; 90 % of runs within {late:,.0f})", "", None))
    return found
