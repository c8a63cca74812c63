"""Is one template better than another? The difference of the two, with its interval. Pure.

They are compared where both were used: for the same task and document type, by the same version and model, on the same
days. Within each of these the difference is taken, and they weigh by what both know there (standardising.py); so a
template that gets the long documents, or came into use when all became slower, is not worse for that. What was used
elsewhere only is not compared.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from ratchet_monitor.blocks import FEWEST, LEVEL
from ratchet_monitor.counted import BY_BLOCK
from ratchet_monitor.drift.accuracy import NEEDED
from ratchet_monitor.prompts.places import Place
from ratchet_monitor.prompts.standardising import (
    Standardised,
    cost_cells,
    latency_cells,
    means_apart,
    quality_cells,
    shares_apart,
    success_cells,
)
from ratchet_monitor.prompts.uses import Uses

Verdict = Literal["better", "worse", "no_difference_known", "too_little"]
Metric = Literal["quality", "success_rate", "cost", "latency"]
MORE_IS_BETTER: Final = ("quality", "success_rate")
DIGITS: Final = 9
PREDICTIONS: Final = BY_BLOCK.index("predictions")
ASSUMES: Final = (
    "Nobody drew which requests each template got. The comparison is of the same task, document type, version and "
    "model, at the same time (a day, or of more than 30 days some days); whatever else differs between the requests of "
    "the two is in the difference. To be sure, set up an experiment: `ratchet experiments create`."
)


@dataclass(frozen=True, slots=True)
class Difference:
    """`difference`: this one minus the other, in a share of 1, USD of an answer, or ms; `low` to `high`: 95 %. Null
    where nothing is known. `n`, `n_of_other`: what it stands on (scores, or answers) where both were used."""

    metric: Metric
    difference: float | None
    low: float | None
    high: float | None
    n: int
    n_of_other: int
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Comparison:
    """`places`: those in which both were used on the same days. `in_common`: the share of both's answers that lie
    there, on such days."""

    template: str
    against: str
    places: int
    in_common: float
    differences: list[Difference]
    says: str


def compare(name: str, ours: Uses, other: str, theirs: Uses) -> Comparison:
    """`ours` minus `theirs`."""
    common = _ground(ours) & _ground(theirs)
    differences = [
        told("quality", shares_apart(quality_cells(ours), quality_cells(theirs))),
        told("success_rate", shares_apart(success_cells(ours), success_cells(theirs))),
        told("cost", means_apart(cost_cells(ours), cost_cells(theirs))),
        told("latency", means_apart(latency_cells(ours), latency_cells(theirs))),
    ]
    return Comparison(
        template=name,
        against=other,
        places=len({place for place, _ in common}),
        in_common=_in_common(ours, theirs, common),
        differences=differences,
        says=_said(name, other, common, differences),
    )


def told(metric: Metric, found: Standardised) -> Difference:
    apart = found.at(LEVEL)
    if found.value is None or apart is None:
        value = None if found.value is None else round(found.value, DIGITS)
        return Difference(metric, value, None, None, found.n, found.of_other, "too_little")
    value, low, high = (round(one, DIGITS) for one in apart)
    verdict = _verdict(metric, low, high) if found.suffices(NEEDED) else "too_little"
    return Difference(metric, value, low, high, found.n, found.of_other, verdict)


def _verdict(metric: Metric, low: float, high: float) -> Verdict:
    if low <= 0 <= high:
        return "no_difference_known"
    return "better" if (low > 0) == (metric in MORE_IS_BETTER) else "worse"


Ground = set[tuple[Place, int]]  # and the block of time


def _ground(uses: Uses) -> Ground:
    """Where answers of it were made."""
    each = ((place, np.nonzero(blocks[:, PREDICTIONS])[0].tolist()) for place, blocks in uses.by_place.items())
    return {(place, number) for place, numbers in each for number in numbers}


def _in_common(ours: Uses, theirs: Uses, common: Ground) -> float:
    def answers(uses: Uses) -> int:
        return int(sum(uses.by_place[place][number, PREDICTIONS] for place, number in common))

    whole = ours.answers + theirs.answers
    return round((answers(ours) + answers(theirs)) / whole, 6) if whole else 0.0


def _said(name: str, other: str, common: Ground, differences: list[Difference]) -> str:
    if not common:
        both = f"{name} and {other} were never used at the same time for the same task, document type, version and"
        return f"{both} model: they cannot be compared."
    said = [_sentence(one) for one in differences]
    return f"{name} against {other}: {'; '.join(said)}."


def _sentence(one: Difference) -> str:
    named = {"quality": "quality", "success_rate": "success rate", "cost": "cost of an answer", "latency": "latency"}
    if one.difference is None:
        return f"nothing is known of {named[one.metric]}"
    unit = {"cost": " USD", "latency": " ms"}.get(one.metric, "")
    ends = "" if one.low is None or one.high is None else f" (95 %: {one.low:+.4g} to {one.high:+.4g})"
    word = {
        "better": "better",
        "worse": "worse",
        "no_difference_known": "no difference is known",
        "too_little": f"too little to say ({one.n} against {one.n_of_other}; needed are {NEEDED} each, in {FEWEST} "
        "blocks of time)",
    }[one.verdict]
    return f"{named[one.metric]} {one.difference:+.4g}{unit}{ends}: {word}"
