"""Do the arms get the units that they should, of all that were exposed and of those that were scored? Pure.

Where they do not, something loses units of one arm: what is left of them is not what the other arm's are.
"""

from collections.abc import Sequence
from typing import Final

from ratchet_monitor.studies.metrics import Metric
from ratchet_monitor.studies.study import Study
from ratchet_monitor.studies.units import Counted, Units
from ratchet_scoring.shares import ALPHA, Mismatch, mismatch

OF_SHARES: Final = ALPHA / 2  # of each of the two tests
EVERY: Final = 20  # units between two looks


def watched(study: Study, units: Units) -> tuple[Mismatch, Mismatch]:
    """Among all that were exposed; and among those that were scored, where scores are compared."""
    scored = [unit for unit, _ in units.with_first(Metric.SCORE)] if study.metric is Metric.SCORE else []
    return _watched(study, units.exposed()), _watched(study, scored)


def told_of(reason: str, of_all: Mismatch, of_scored: Mismatch) -> str:
    """`reason`: of the conclusion from the worse of the two."""
    if of_scored.found(OF_SHARES) and of_scored.most > of_all.most:
        return f"Of the units that were scored: {reason}"
    return reason


def _watched(study: Study, units: Sequence[Counted]) -> Mismatch:
    """Arms that are out get no more units, and say nothing of how the others share theirs."""
    places = {arm.name: place for place, arm in enumerate(study.open_arms)}
    shares = [arm.share for arm in study.open_arms]
    counts = [0] * len(places)
    found = mismatch(counts, shares)
    for number, unit in enumerate((unit for unit in units if unit.arm in places), 1):
        counts[places[unit.arm]] += 1
        if number % EVERY == 0:
            found = mismatch(counts, shares, before=found)
    return found
