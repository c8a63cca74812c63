"""What an experiment is about: which number of a unit is compared, and how.

Scores and failures lie between 0 and 1, a unit's first one counts, and bets compare them exactly from the first unit
on. Costs and times have no bounds: they are ratios of two sums over a unit's answers, compared by an interval that
holds ever better the later one looks. A single answer counts for no more than its cap: one that hung for an hour would
hide what a thousand others show.
"""

from enum import StrEnum
from typing import Final, Literal

from ratchet_monitor.observations import MICRO, MILLION, NANO

Unit = Literal["session", "user", "result"]


class Metric(StrEnum):
    SCORE = "score"
    FAILURE = "failure"
    COST_PER_ANSWER = "cost_per_answer"
    COST_PER_SESSION = "cost_per_session"
    LATENCY = "latency"


BOUNDED: Final = frozenset({Metric.SCORE, Metric.FAILURE})
HIGHER_IS_BETTER: Final = frozenset({Metric.SCORE})
UNIT_OF: Final = {
    Metric.SCORE: "",
    Metric.FAILURE: "",
    Metric.COST_PER_ANSWER: "USD",
    Metric.COST_PER_SESSION: "USD",
    Metric.LATENCY: "ms",
}
MOST_NANO: Final = 1 * NANO  # an answer's cost counts up to 1 USD
MOST_MICRO: Final = 60 * MICRO  # its time up to a minute
SCALE: Final = {
    Metric.SCORE: MILLION,
    Metric.FAILURE: 1,
    Metric.COST_PER_ANSWER: NANO,
    Metric.COST_PER_SESSION: NANO,
    Metric.LATENCY: 1000,
}


def sign(metric: Metric) -> int:
    """Of a gain: 1 where more is better, -1 where less is."""
    return 1 if metric in HIGHER_IS_BETTER else -1
