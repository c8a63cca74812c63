"""How the error budget of an experiment is shared among all that may decide on its arms. Pure."""

from typing import Final

from ratchet_monitor.studies.metrics import BOUNDED, Metric
from ratchet_monitor.studies.study import Study
from ratchet_scoring.error_budget import Budget

BUDGET: Final = Budget()
SAVINGS: Final = (Metric.COST_PER_ANSWER, Metric.LATENCY)  # by which what is no worse may win


def alpha_of_gain(study: Study) -> float:
    return BUDGET.of_gain(arms=len(study.arms), guard_rails=_beside(study))


def alpha_beside(study: Study) -> float:
    """Of each guard-rail, and of each saving."""
    return BUDGET.of_guard_rail(arms=len(study.arms), guard_rails=_beside(study))


def _beside(study: Study) -> int:
    """What else may decide on an arm, and shares the guard-rails' part of the budget: they, and what an arm saves."""
    return len(study.guard_rails) + (len(SAVINGS) if study.metric in BOUNDED else 0)
