"""May the candidate advance? The one rule, for the gate before any traffic and for each step of the rollout."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Literal

Verdict = Literal["advance", "hold", "roll_back"]  # before any traffic, whatever is not "advance" is a rejection


@dataclass(frozen=True, slots=True)
class Limits:
    margin: float = 0.02  # no worse means: the gain's interval lies above -margin
    saving: float = 0.30  # of cost or of latency, from which a candidate that is no worse is worth having
    slice_loss: float = 0.05  # a slice may lose so much
    slice_cases: int = 30  # fewer say nothing about a slice


@dataclass(frozen=True, slots=True)
class Decision:
    verdict: Verdict
    reason: str  # a sentence


@dataclass(frozen=True, slots=True)
class SliceGain:
    name: str
    gain: float  # weighted mean, candidate minus baseline
    n: int


def decide(gain_low: float, gain_high: float, *, cheaper: float, faster: float, limits: Limits) -> Decision:
    """Takes the ends of the gain's interval, and what is saved: .3 for 30 %, below 0 where it costs or takes more."""
    gain = f"the gain lies between {gain_low:+.3f} and {gain_high:+.3f}"
    if gain_low > gain_high:
        return Decision(
            "hold", "The gain changed while it was measured: what was seen early contradicts what came later."
        )
    if gain_low > 0:
        return Decision("advance", f"Better: {gain}.")
    if gain_low > -limits.margin and max(cheaper, faster) >= limits.saving:
        return Decision("advance", f"Not worse ({gain}) and {_saved(cheaper, faster)}.")
    if gain_high < 0:
        return Decision("roll_back", f"Worse: {gain}.")
    return Decision("hold", f"Not decided: {gain}, and {_saved(cheaper, faster)}.")


def worse_slices(
    gains: Sequence[float], weights: Sequence[float], slices: Sequence[Collection[str]], *, limits: Limits
) -> tuple[SliceGain, ...]:
    """The guarded slices that lose more than they may, the worst first.

    One gain, one weight and the names of its slices (document type, tags) for each case.
    """
    cases: dict[str, list[tuple[float, float]]] = {}
    for gain, weight, names in zip(gains, weights, slices, strict=True):
        for name in set(names):
            cases.setdefault(name, []).append((gain, weight))
    found = (_slice_gain(name, own) for name, own in cases.items() if len(own) >= limits.slice_cases)
    return tuple(sorted((own for own in found if own.gain < -limits.slice_loss), key=lambda own: (own.gain, own.name)))


def _slice_gain(name: str, cases: list[tuple[float, float]]) -> SliceGain:
    total = fsum(weight for _, weight in cases)
    return SliceGain(name, fsum(gain * weight for gain, weight in cases) / total if total else 0.0, len(cases))


def _saved(cheaper: float, faster: float) -> str:
    cost = f"{abs(cheaper):.0%} {'cheaper' if cheaper >= 0 else 'dearer'}"
    return f"{cost}, {abs(faster):.0%} {'faster' if faster >= 0 else 'slower'}"
