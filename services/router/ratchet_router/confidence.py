"""How sure is an answer? From the model's log probabilities where there are any, else from what the checks found.

    classification   the product of the probabilities of the tokens that make up the label
    other tasks      the geometric mean of the probabilities of all tokens: exp(mean of the log probabilities)
    neither given    CLEAN, for an answer that nothing speaks against
    the last three   times FAILED for each check that failed and WARNED for each that warned

What a provider itself calls its confidence (a student's is calibrated on held-out answers) is taken as it is. All of
this is raw: what it has turned out to mean, by the scores that people gave, the monitor learns, `calibrated` applies.
"""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from math import exp
from typing import Final

import msgspec

from ratchet_common.events import Approach, Calibration, Check, RawConfidence
from ratchet_common.vocabulary import TaskType

CLEAN: Final = 0.75
FAILED: Final = 0.5
WARNED: Final = 0.9


class Token(msgspec.Struct, frozen=True):
    """One token of an answer, in OpenAI's shape. `logprob`: natural logarithm of its probability."""

    token: str
    logprob: float


class _Logprobs(msgspec.Struct, frozen=True):
    content: list[Token] | None = None


class _Choice(msgspec.Struct, frozen=True):
    logprobs: _Logprobs | None = None


_choices = msgspec.json.Decoder(list[_Choice])


def tokens_in(choices: msgspec.Raw | bytes) -> tuple[Token, ...]:
    """Of the first of `choices`, as an answer in OpenAI's shape has them. What is not in that shape has none."""
    try:
        read = _choices.decode(choices)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return ()
    first = read[0].logprobs if read else None
    return tuple(first.content or ()) if first else ()


def raw_confidence(
    task_type: str,
    checks: Collection[Check],
    *,
    said: float | None = None,
    tokens: Sequence[Token] = (),
    label: str | None = None,
) -> RawConfidence | None:
    """0 to 1. `said`: by the provider. None where there is nothing to tell it by."""
    if said is not None:
        return RawConfidence(value=min(max(said, 0.0), 1.0), source="model")
    if tokens:
        by_tokens = _of_label(label, tokens) if label and task_type == TaskType.CLASSIFICATION else _mean(tokens)
        return RawConfidence(value=by_tokens * _doubt(checks), source="logprobs")
    return RawConfidence(value=CLEAN * _doubt(checks), source="checks") if checks else None


def calibrated(
    raw: RawConfidence | None, calibrations: Collection[Calibration], approach: Approach = "direct"
) -> float | None:
    """What feedback says of answers that seemed as sure, of the same approach where that is known; what they seemed
    themselves, where there is too little.
    """
    if raw is None:
        return None
    knots = _learned(raw, calibrations, approach)
    return _between(knots, raw.value) if knots else raw.value


def is_probability(raw: RawConfidence, calibrations: Collection[Calibration], approach: Approach) -> bool:
    """Whether what `calibrated` says may be held against a threshold. What only the checks say may not, until feedback
    has shown what it means: its numbers put answers in an order, and no more.
    """
    return raw.source != "checks" or bool(_learned(raw, calibrations, approach))


def _learned(
    raw: RawConfidence, calibrations: Collection[Calibration], approach: Approach
) -> Sequence[tuple[float, float]]:
    fitting = [one for one in calibrations if one.source == raw.source and one.approach in ("", approach)]
    learned = max(fitting, key=lambda one: bool(one.approach), default=None)
    return learned.knots if learned else ()


def _mean(tokens: Sequence[Token]) -> float:
    return exp(sum(_logprob(token) for token in tokens) / len(tokens))


def _of_label(label: str, tokens: Sequence[Token]) -> float:
    """Of the first place where the label stands; of all tokens where it stands nowhere."""
    text = "".join(token.token for token in tokens).lower()
    start = text.find(label.lower())
    if start < 0:
        return exp(sum(map(_logprob, tokens)))
    total, at = 0.0, 0
    for token in tokens:
        if at < start + len(label) and at + len(token.token) > start:
            total += _logprob(token)
        at += len(token.token)
    return exp(total)


def _logprob(token: Token) -> float:
    return min(token.logprob, 0.0)


def _doubt(checks: Collection[Check]) -> float:
    failed = sum(not check.passed for check in checks)
    warned = sum(check.passed and bool(check.detail) for check in checks)
    return float(FAILED**failed * WARNED**warned)


def _between(knots: Sequence[tuple[float, float]], raw: float) -> float:
    """On the straight line between two knots; beyond the outermost, level."""
    place = bisect_right(knots, raw, key=lambda knot: knot[0])
    if place == 0:
        return knots[0][1]
    if place == len(knots):
        return knots[-1][1]
    (left, low), (right, high) = knots[place - 1], knots[place]
    return low + (high - low) * (raw - left) / (right - left)
