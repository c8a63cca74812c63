"""Do the arms get the units that they should, of all that were exposed and of those that were scored? Pure.

Where they do not, something loses units of one arm: what is left of them is not what the other arm's are.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ratchet_monitor.studies.metrics import Metric
from ratchet_monitor.studies.study import Study
from ratchet_monitor.studies.units import Counted, Units
from ratchet_scoring.shares import ALPHA, Mismatch, mismatch

OF_SHARES: Final = ALPHA / 2  # of each of the two tests


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
    """Of the counts as they are: answers of a slow arm come later than those of a quick one, so that in the order in
    which units were heard of the shares were never kept. Arms that are out get no more units, and say nothing of how
    the others share theirs.
    """
    arms = study.open_arms
    counts = Counter(unit.arm for unit in units)
    return mismatch([counts[arm.name] for arm in arms], [arm.share for arm in arms])
