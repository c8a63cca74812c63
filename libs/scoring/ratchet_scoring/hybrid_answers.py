"""Answers out of text and tables, compared as TAT-QA's evaluation defines it (Zhu et al., ACL 2021).

An answer is one part or several, with one scale for all. Each part that is a number is multiplied by the scale, rounded
to two places before that; a number with a percent sign is its hundredth and takes no scale; what is no number is
followed by the scale's word. The parts, sorted, are one text. Exact: the same words, without ASCII punctuation and
English articles. F1: over the different words; where the reference was computed or counted it is what exact is. A
number without a scale also counts as a share of a reference in percent. What the definition reads oddly is read so here
too: a figure in brackets is negative only if it has no comma, and "$(9.8) million" is -9.8.
"""

import math
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from ratchet_scoring.rouge import f1

MAX_CHARS: Final = 20_000  # of a part
FACTORS: Final = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "percent": 0.01}
_BESIDE_NUMBERS: Final = str.maketrans("", "", "'\"\\$€£¥%(),[]")
_PUNCTUATION: Final = str.maketrans("", "", string.punctuation)
_FIRST = re.compile(r"(?P<whole>[+-]?\d+(?:\.\d+)?)|[+-]?\.\d+")
# Each run of digits is tried from its first one alone: from each of them, many digits would take long.
_NEGATIVE, _PERCENT = re.compile(r"\([\d.\s]+\)"), re.compile(r"(?<![\d.\s])[\d.\s]+%")
_WITH_LETTERS = re.compile(r"(?<![\d.])[\d.]+\s?[a-zA-Z]+")
_SCALED = re.compile(r"(?P<said>\S(?:.*\S)?)\s+(?P<scale>thousand|million|billion|percent)s?\.?", re.IGNORECASE)
_ARTICLE = re.compile(r"\b(?:a|an|the)\b")


@dataclass(frozen=True, slots=True)
class HybridAnswer:
    parts: Sequence[str]
    scale: str = ""  # thousand, million, billion, percent


class HybridScore(NamedTuple):
    exact: float
    f1: float


NOTHING: Final = HybridScore(0.0, 0.0)


def hybrid_answer(said: object) -> HybridAnswer:
    """What was written, as an answer: a list's parts, a text's lines, or several numbers with a comma and a space
    between them; and the scale that is named behind a number (`1,500 thousand`), if it is one scale for all."""
    lines = [str(part) for part in said] if isinstance(said, list | tuple) else str(said)[:MAX_CHARS].splitlines()
    each = [_with_scale(line.strip()) for line in lines if line.strip()]
    scales = {scale for _, scale in each}
    if len(each) == 1:
        ((text, scale),) = each
        return HybridAnswer(_parts_in(text), scale)
    if len(scales) == 1:
        return HybridAnswer(tuple(text for text, _ in each), scales.pop())
    return HybridAnswer(tuple(line.strip() for line in lines if line.strip()))


def is_hybrid(reference: object) -> bool:
    """Several parts, and a number among them: what is compared as text or as one number would be compared badly."""
    if not isinstance(reference, list | tuple) or len(reference) < 2:
        return False
    return all(isinstance(part, str) for part in reference) and any(
        _number(part[:MAX_CHARS]) is not None for part in reference
    )


def _with_scale(text: str) -> tuple[str, str]:
    found = _SCALED.fullmatch(text[:MAX_CHARS])
    if found and all(_number(part) is not None for part in _parts_in(found["said"])):
        return found["said"], found["scale"].lower()
    return text, ""


def _parts_in(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(", "))
    return parts if len(parts) > 1 and all(_number(part) is not None for part in parts) else (text,)


def hybrid_score(said: HybridAnswer, meant: HybridAnswer, *, computed: bool) -> HybridScore:
    """Each 0 or 1, and 0 to 1. `computed`: the reference is the result of arithmetic, or a count."""
    if not said.parts or not meant.parts:
        return NOTHING
    wanted = _words(_whole(meant))
    best = max(_compared(_words(text), wanted) for text in (_whole(said), *_as_share(said)))
    return HybridScore(best.exact, best.exact) if computed else best


def _whole(answer: HybridAnswer) -> str:
    return " ".join(_scaled(part[:MAX_CHARS], answer.scale) for part in sorted(answer.parts))


def _scaled(part: str, scale: str) -> str:
    value = _number(part)
    if value is None:
        return f"{part} {scale}" if scale else part
    return f"{value if '%' in part else round(value, 2) * _factor(scale):.4f}"


def _as_share(said: HybridAnswer) -> list[str]:
    if len(said.parts) > 1 or said.scale or "%" in said.parts[0]:
        return []
    value = _number(said.parts[0][:MAX_CHARS])
    return [] if value is None else [f"{value:.4f}"]


def _compared(said: Sequence[str], wanted: Sequence[str]) -> HybridScore:
    ours, theirs = set(said), set(wanted)
    shared = round(f1(len(ours & theirs), len(ours), len(theirs)), 2) if ours or theirs else 1.0
    return HybridScore(float(said == wanted), shared)


def _words(text: str) -> list[str]:
    return [word for token in text.split(" ") for word in _normal(token).split()]


def _normal(token: str) -> str:
    lowered = token.lower()
    value = _number(lowered)
    return _ARTICLE.sub(" ", lowered.translate(_PUNCTUATION)) if value is None else str(float(value))


def _number(text: str) -> float | None:
    """None where it is no number, perhaps with a scale's word behind it."""
    bare = text.translate(_BESIDE_NUMBERS)
    words = bare.split()
    if not words or not _is_float(words[0]) or (len(words) > 1 and _factor(words[1]) == 1):
        return None
    found = _FIRST.search(bare)
    if not found or not found["whole"]:
        return None
    lettered = _WITH_LETTERS.search(text)
    sign = -1 if _NEGATIVE.search(text.strip()) else 1
    percent = 0.01 if _PERCENT.search(text.strip()) else 1.0
    return round(float(found["whole"]) * (_factor(lettered[0]) if lettered else 1.0) * sign * percent, 4)


def _is_float(word: str) -> bool:
    try:
        return not math.isnan(float(word))
    except ValueError:
        return False


def _factor(text: str) -> float:
    lowered = text.lower()
    return next((factor for name, factor in FACTORS.items() if name in lowered), 1.0)
