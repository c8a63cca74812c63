"""Is one template better than another? The difference of the two, with its interval. Pure.

They are compared where both were used: for the same task and document type, by the same version and model. Within each
of these places the difference is taken, and the places weigh by what both know there; so a template that gets the long
documents is not worse for that. What was used in different places only is not compared.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ratchet_monitor.blocks import LEVEL, of_all_but_one
from ratchet_monitor.counted import Sums
from ratchet_monitor.drift.accuracy import NEEDED
from ratchet_monitor.known import Apart, Known, standardised
from ratchet_monitor.observations import NANO
from ratchet_monitor.prompts.uses import Place, Uses

Verdict = Literal["better", "worse", "no_difference_known", "too_little"]
Metric = Literal["quality", "success_rate", "cost", "latency"]
MORE_IS_BETTER: Final = ("quality", "success_rate")
DIGITS: Final = 9
ASSUMES: Final = (
    "Nobody drew which requests each template got. The comparison is of the same task, document type, version and "
    "model; whatever else differs between the requests of the two is in the difference. To be sure, set up an "
    "experiment: `ratchet experiments create`."
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
    """`in_common`: the share of both's answers that lie where both were used."""

    template: str
    against: str
    places: int
    in_common: float
    differences: list[Difference]
    says: str


def compare(name: str, ours: Uses, other: str, theirs: Uses) -> Comparison:
    """`ours` minus `theirs`."""
    places = [place for place in ours.blocks if place in theirs.blocks]
    differences = [
        apart_by_place("quality", ours.quality_by_place(), theirs.quality_by_place()).told,
        apart_by_place("success_rate", ours.success_by_place(), theirs.success_by_place()).told,
        _by_blocks("cost", ours, theirs, lambda sums: (sums.cost / NANO, sums.predictions)),
        _by_blocks("latency", ours, theirs, lambda sums: (sums.latency / 1000, sums.answered)),
    ]
    return Comparison(
        template=name,
        against=other,
        places=len(places),
        in_common=_in_common(ours, theirs, places),
        differences=differences,
        says=_said(name, other, places, differences),
    )


@dataclass(frozen=True, slots=True)
class Weighed:
    """A difference of two shares of 1, before it is rounded."""

    apart: Apart | None
    told: Difference


def apart_by_place(
    metric: Metric, ours: Mapping[Place, Known], theirs: Mapping[Place, Known], level: float = LEVEL
) -> Weighed:
    pairs = [(theirs[place], one) for place, one in ours.items() if place in theirs]
    found = standardised(pairs, level)
    n, of_other = sum(one.n for _, one in pairs), sum(one.n for one, _ in pairs)
    return Weighed(found, _told(metric, found, n, of_other, enough=min(n, of_other) >= NEEDED))


def _by_blocks(metric: Metric, ours: Uses, theirs: Uses, sides: Callable[[Sums], tuple[float, int]]) -> Difference:
    """Of means over all answers, by leaving out each block of both in turn: what a day did to both is in neither."""
    places = [place for place in ours.blocks if place in theirs.blocks]
    mine, others = [_means(one.blocks, places, sides) for one in (ours, theirs)]
    numbers = {number for place in places for side in (ours, theirs) for number in side.blocks[place]}

    def statistic(left_out: int | None) -> float | None:
        weighed = []
        for place in places:
            (a, n), (b, m) = _without(mine[place], left_out), _without(others[place], left_out)
            if n and m:
                weighed.append((n * m / (n + m), a / n - b / m))
        whole = sum(weight for weight, _ in weighed)
        return sum(weight * one for weight, one in weighed) / whole if whole else None

    found = of_all_but_one(numbers, statistic)
    n, m = (sum(_without(side[place], None)[1] for place in places) for side in (mine, others))
    if found is None:
        return _told(metric, None, n, m, enough=False)
    ends = found.interval()
    if ends is None:
        return Difference(metric, round(found.value, DIGITS), None, None, n, m, "too_little")
    return _told(metric, Apart(found.value, *ends), n, m, enough=min(n, m) >= NEEDED)


Means = dict[int, tuple[float, int]]


def _means(
    blocks: dict[Place, dict[int, Sums]], places: list[Place], sides: Callable[[Sums], tuple[float, int]]
) -> dict[Place, tuple[Means, float, int]]:
    found = {}
    for place in places:
        each = {number: sides(sums) for number, sums in blocks[place].items()}
        found[place] = (each, sum(above for above, _ in each.values()), sum(below for _, below in each.values()))
    return found


def _without(of: tuple[Means, float, int], left_out: int | None) -> tuple[float, int]:
    each, above, below = of
    gone = each.get(left_out, (0.0, 0)) if left_out is not None else (0.0, 0)
    return above - gone[0], below - gone[1]


def _told(metric: Metric, found: Apart | None, n: int, of_other: int, *, enough: bool) -> Difference:
    if found is None:
        return Difference(metric, None, None, None, n, of_other, "too_little")
    value, low, high = (round(one, DIGITS) for one in found)
    return Difference(metric, value, low, high, n, of_other, _verdict(metric, low, high) if enough else "too_little")


def _verdict(metric: Metric, low: float, high: float) -> Verdict:
    if low <= 0 <= high:
        return "no_difference_known"
    return "better" if (low > 0) == (metric in MORE_IS_BETTER) else "worse"


def _in_common(ours: Uses, theirs: Uses, places: list[Place]) -> float:
    def answers(uses: Uses, wanted: list[Place]) -> int:
        return sum(sums.predictions for place in wanted for sums in uses.blocks[place].values())

    whole = sum(answers(one, list(one.blocks)) for one in (ours, theirs))
    return round(sum(answers(one, places) for one in (ours, theirs)) / whole, 6) if whole else 0.0


def _said(name: str, other: str, places: list[Place], differences: list[Difference]) -> str:
    if not places:
        both = f"{name} and {other} were never used for the same task, document type, version and model"
        return f"{both}: they cannot be compared."
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
        "too_little": f"too little to say ({one.n} against {one.n_of_other})",
    }[one.verdict]
    return f"{named[one.metric]} {one.difference:+.4g}{unit}{ends}: {word}"
