"""How good the answers are, as far as somebody said: with an interval, corrected for who gives feedback, per slice.

Pure: what hours and days hold goes in. People's scores and a judge's are never mixed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from ratchet_monitor.behind import Behind
from ratchet_monitor.blocks import FEWEST as FEWEST_BLOCKS
from ratchet_monitor.blocks import Design, design
from ratchet_monitor.buckets import CONFIDENCE_BINS, OTHERS, Kind, Period, Tally, with_calibration
from ratchet_monitor.counted import BY_BLOCK, Counted
from ratchet_monitor.drift.accuracy import Scores, scores_of_sums
from ratchet_monitor.hearing import EMPTY, FEWEST, heard_in
from ratchet_monitor.intervals import wilson
from ratchet_monitor.kinds import Floats
from ratchet_monitor.known import known
from ratchet_monitor.means import Mean, mean_of
from ratchet_monitor.observations import MILLION
from ratchet_monitor.performance import calibration_error

MOST_KINDS: Final = 5_000  # told apart; what comes beyond is counted as one
MOST_VALUES: Final = 100  # of each dimension
SCORES: Final = [BY_BLOCK.index(name) for name in ("scored", "score")]
ASSUMES: Final = (
    "raw: every score counts once, so whoever speaks more often counts more. weighted: each score counts for as many "
    "answers as there are for one score among those of the same version, model, tier, template, approach, document "
    "type, range of confidence, and checks passed or not. That is right as far as, among answers that are alike in all "
    f"of this, those spoken of are as good as those not spoken of. Groups of fewer than {FEWEST} scores are pooled; "
    "covered is the share of the answers in a group with a score, and of the others weighted says nothing. Scores of "
    "one user are taken as independent: where few people speak, intervals are too narrow. Where days differ by more "
    f"than chance, of {FEWEST_BLOCKS} that are known, intervals are as much wider."
)


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Answers whose confidence lies in [`from_confidence`, `to_confidence`), the last bin with 1: what it promised, and
    what people said."""

    from_confidence: float
    to_confidence: float
    n: int
    confidence: float
    score: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Null where nobody said anything. `calibration_error`: expected calibration error over the bins."""

    answers: int
    raw: Mean | None
    weighted: Mean | None
    covered: float
    judge: Mean | None
    calibration_error: float | None
    reliability: list[ReliabilityBin]


@dataclass(frozen=True, slots=True)
class Accuracies:
    whole: Accuracy
    by_task: dict[str, Accuracy]
    by_version: dict[str, Accuracy]
    by_model: dict[str, Accuracy]
    by_template: dict[str, Accuracy]
    by_document_type: dict[str, Accuracy]
    assumes: str
    behind: Behind | None = None


Place = tuple[str, Kind]  # a task, and a kind of answers


class Told(NamedTuple):
    """Of one kind of answers. `strata`: a line is one (hearing.Stratum). `days`: a line is one, scored ones and their
    scores."""

    tally: Tally
    strata: Floats
    days: Floats


def told(tally: Tally, days: Floats) -> Told:
    strata = [tally.strata[number] for number in sorted(tally.strata)]
    return Told(tally, np.array(strata, np.float64).reshape(-1, len(EMPTY)), days)


class Hearings:
    """Takes periods in any order."""

    def __init__(self, wanted: Callable[[Kind], bool]) -> None:
        self._wanted = wanted
        self._found: dict[Place, Tally] = {}

    def include(self, period: Period) -> None:
        for cell in period.contents.cells:
            if not cell.kind.cached and self._wanted(cell.kind):
                place = (period.task_type, cell.kind)
                if place not in self._found and len(self._found) >= MOST_KINDS:
                    place = (period.task_type, Kind(*(OTHERS,) * 6, cached=False))
                self._found.setdefault(place, Tally()).add(cell.tally)

    def accuracies(self, by_day: Counted) -> Accuracies:
        """`by_day`: of the same time, how days differ is told from."""
        # in one order, whatever came first: sums of floats are the same
        found = {place: told(tally, _days(place, by_day)) for place, tally in sorted(self._found.items())}
        return Accuracies(
            whole=accuracy_of(found.values()),
            by_task=_by(found, lambda place: place[0]),
            by_version=_by(found, lambda place: place[1].version_id),
            by_model=_by(found, lambda place: place[1].model),
            by_template=_by(found, lambda place: place[1].template),
            by_document_type=_by(found, lambda place: place[1].document_type),
            assumes=ASSUMES,
        )


def accuracy_of(several: Iterable[Told]) -> Accuracy:
    """Each of one kind of answers: the strata of two kinds are not the same."""
    strata, days = [np.zeros((0, len(EMPTY)))], np.zeros((0, len(SCORES)))
    together = Tally()
    for tally, its, on in several:
        strata.append(its)
        days = days + on if len(days) else on
        together.answered += tally.answered
        together.judged += tally.judged
        together.judged_score += tally.judged_score
        with_calibration(together.calibration, tally.calibration)
    found = heard_in(np.concatenate(strata))
    raw, weighted, of = known(found.raw), known(found.weighted), _design(found.raw, days)
    return Accuracy(
        answers=together.answered,
        raw=mean_of(raw and raw.with_design(of)),
        weighted=mean_of(weighted and weighted.with_design(of)),
        covered=round(found.covered, 6),
        judge=mean_of(known(scores_of_sums(together.judged, together.judged_score / MILLION))),
        calibration_error=calibration_error(together.calibration),
        reliability=[_bin(number, *counts) for number, counts in sorted(together.calibration.items())],
    )


def _days(place: Place, by_day: Counted) -> Floats:
    """Nothing of a kind that is not told apart there."""
    row = by_day.kinds.get(place)
    return by_day.by_block[row][:, SCORES] if row is not None else np.zeros((by_day.blocks.blocks, len(SCORES)))


def _design(raw: Scores, days: Floats) -> Design:
    plain = known(raw)
    scores = {number: (int(n), score / MILLION) for number, (n, score) in enumerate(days.tolist())}
    return design(scores, plain.mean * (1 - plain.mean) / plain.worth if plain else 0.0)


def _bin(number: int, n: int, confidence: int, score: int) -> ReliabilityBin:
    mean = score / n / MILLION
    low, high = wilson(mean, n)
    return ReliabilityBin(
        from_confidence=number / CONFIDENCE_BINS,
        to_confidence=(number + 1) / CONFIDENCE_BINS,
        n=n,
        confidence=round(confidence / n / MILLION, 6),
        score=round(mean, 6),
        interval=(round(low, 6), round(high, 6)),
    )


def _by(found: Mapping[Place, Told], name: Callable[[Place], str]) -> dict[str, Accuracy]:
    """Those with the most answers by their names, the rest together."""
    groups: dict[str, list[Told]] = {}
    for place, its in found.items():
        groups.setdefault(name(place), []).append(its)
    by_size = sorted(groups.items(), key=lambda one: (-sum(its.tally.answered for its in one[1]), one[0]))
    kept = dict(by_size[:MOST_VALUES])
    for _, several in by_size[MOST_VALUES:]:
        kept.setdefault(OTHERS, []).extend(several)
    return {value: accuracy_of(kept[value]) for value in sorted(kept)}
