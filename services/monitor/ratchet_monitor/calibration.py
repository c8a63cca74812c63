"""What does a model's confidence mean, by the scores that people gave? Pure.

Platt's scaling on the log-odds, as likely as can be, under a prior that takes confidence at its word: so a handful of
scores bends the curve a little, and it never falls. What is fitted are sums over bins of log-odds, rebuilt with the
hours, so that no score counts twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, floor, log
from typing import Final, cast, get_args

from ratchet_common.events import Approach, Calibration, ConfidenceSource

BIN: Final = 0.5  # of log-odds
CLOSE: Final = 1e-9
FURTHEST: Final = 6.0  # log-odds: .9975
READING: Final = frozenset({"base_rag", "hybrid_rag_finetuned"})  # approaches whose sums are kept apart as well
LEAST: Final = 10  # scores, before a curve is worth its event
PRIOR: Final = 4.0  # of stretch and shift, as precision: about as much as sixteen scores say of an even chance
ROUNDS: Final = 100
STRIDE: Final = 1.0  # no step is longer: from afar Newton's overshoot
KNOTS: Final = (0.0, 0.01, 0.05, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
MILLION: Final = 10**6
Sums = Mapping[str, tuple[int, int, int]]  # a bin's name: scores, their confidence, what they were, in millionths


@dataclass(frozen=True, slots=True)
class Line:
    """Log-odds of the score from log-odds of the confidence."""

    stretch: float = 1.0
    shift: float = 0.0

    def at(self, raw: float) -> float:
        return expit(self.stretch * log_odds(raw) + self.shift)


@dataclass(frozen=True, slots=True)
class Point:
    """Scores of about the same confidence: how many, at which log-odds, and what they add up to."""

    n: int
    at: float
    score: float


def log_odds(share: float) -> float:
    kept = min(max(share, expit(-FURTHEST)), expit(FURTHEST))
    return log(kept / (1 - kept))


def expit(odds: float) -> float:
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


def bin_name(source: ConfidenceSource, raw: float, approach: str = "") -> str:
    """Of an approach alone, or, without one, of all answers."""
    whose = f"{source}@{approach}" if approach else source
    return f"{whose}:{floor(log_odds(raw) / BIN)}"


def calibrations(sums: Sums) -> tuple[Calibration, ...]:
    """One for each source with enough scores; where some answers read retrieved passages, one for each approach too."""
    found = []
    for source in get_args(ConfidenceSource):
        named = sorted({name.partition("@")[2].partition(":")[0] for name in sums if name.startswith(f"{source}@")})
        by_approach = {approach: _of(sums, f"{source}@{approach}:") for approach in named}
        everything = _of(sums, f"{source}:")
        if named:
            by_approach["direct"] = _without(everything, by_approach.values())
        for approach, counts in {"": everything, **by_approach}.items():
            points = [_point(*triple) for _, triple in sorted(counts.items()) if triple[0]]
            n = sum(point.n for point in points)
            if n >= LEAST:
                line = fitted(points)
                knots = tuple((raw, round(line.at(raw), 4)) for raw in KNOTS)
                of = cast("Approach", approach)
                found.append(Calibration(source=cast("ConfidenceSource", source), knots=knots, n=n, approach=of))
    return tuple(found)


def _of(sums: Sums, beginning: str) -> Sums:
    """By bin."""
    return {name.removeprefix(beginning): counts for name, counts in sums.items() if name.startswith(beginning)}


def _without(everything: Sums, parts: Iterable[Sums]) -> Sums:
    left = dict(everything)
    for part in parts:
        for name, (n, confidence, score) in part.items():
            whole = left.get(name, (0, 0, 0))
            left[name] = (max(0, whole[0] - n), whole[1] - confidence, whole[2] - score)
    return left


def apart(one: Sequence[Calibration], other: Sequence[Calibration]) -> float:
    """The furthest that two calibrations differ anywhere; 1 where they are not of the same sources and approaches."""
    ours, theirs = ({(c.source, c.approach): c.knots for c in calibrations} for calibrations in (one, other))
    if ours.keys() != theirs.keys() or any(len(ours[of]) != len(theirs[of]) for of in ours):
        return 1.0
    gaps = [abs(a[1] - b[1]) for of in ours for a, b in zip(ours[of], theirs[of], strict=True)]
    return max(gaps, default=0.0)


def fitted(points: Sequence[Point]) -> Line:
    """By Newton's method; the loss is convex. A falling line means that confidence says nothing: it becomes level."""
    line = _newton(points, level=False)
    return line if line.stretch >= 0 else _newton(points, level=True)


def _newton(points: Sequence[Point], *, level: bool) -> Line:
    stretch, shift = (0.0, 0.0) if level else (1.0, 0.0)
    for _ in range(ROUNDS):
        steepness, curvature = _derivatives(points, stretch, shift)
        step = (0.0, steepness[1] / curvature[2]) if level else _solved(curvature, steepness)
        length = abs(step[0]) + abs(step[1])
        shorter = min(1.0, STRIDE / length) if length else 0.0
        stretch, shift = stretch - shorter * step[0], shift - shorter * step[1]
        if length < CLOSE:
            break
    return Line(stretch, shift)


def _derivatives(
    points: Sequence[Point], stretch: float, shift: float
) -> tuple[tuple[float, float], tuple[float, float, float]]:
    """Of the log loss and the prior, by stretch and shift; the second ones by both once, twice, and shift twice."""
    g_stretch, g_shift = PRIOR * (stretch - 1), PRIOR * shift
    h_stretch, h_both, h_shift = PRIOR, 0.0, PRIOR
    for point in points:
        likely = expit(stretch * point.at + shift)
        off, weight = point.n * likely - point.score, point.n * likely * (1 - likely)
        g_stretch, g_shift = g_stretch + off * point.at, g_shift + off
        h_stretch, h_both = h_stretch + weight * point.at**2, h_both + weight * point.at
        h_shift += weight
    return (g_stretch, g_shift), (h_stretch, h_both, h_shift)


def _solved(curvature: tuple[float, float, float], steepness: tuple[float, float]) -> tuple[float, float]:
    (a, b, c), (x, y) = curvature, steepness
    determinant = a * c - b * b
    return (c * x - b * y) / determinant, (a * y - b * x) / determinant


def _point(n: int, confidence: int, score: int) -> Point:
    return Point(n, log_odds(confidence / n / MILLION), score / MILLION)
