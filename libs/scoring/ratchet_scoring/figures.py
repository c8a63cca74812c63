"""The numbers that a text tells, with their scale and their unit: "$3.2 million", "(12)", "4.8bn", "12 %", "90 min"."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ratchet_scoring.dates import Day, days_in
from ratchet_scoring.quantities import DIGITS, TOLERANCE, value_of
from ratchet_scoring.reading_numbers import as_numbers
from ratchet_scoring.spelled_numbers import as_digits
from ratchet_scoring.units import (
    ALIKE,
    INCH,
    LENGTH,
    LENGTHS,
    MEASURED,
    MEASURES,
    PERCENT,
    SCALES,
    UNITS,
    Unit,
)

MAX_CHARS: Final = 200_000  # of a text are read
MAX_FIGURES: Final = 500
BESIDE: Final = 4  # figures that an answer may tell beside each wanted one: years, and what it worked it out from
SHARE: Final = "share"  # the kind of 12 %, whose value is .12
DAY: Final = "day"  # the kind of 5 January 2024, whose value is 20240105
_YEAR: Final = re.compile(r"19\d\d|20\d\d", re.A)
_BARE: Final = re.compile(r"\d{1,4}\Z", re.A)  # a year, or a number of a note


def _any_of(names: Sequence[str]) -> str:
    return "|".join(map(re.escape, sorted(names, key=lambda name: (-len(name), name))))


_SIGNS = _any_of([name for name in UNITS if not name.isalpha() and UNITS[name].kind.isupper()])
_CODES = _any_of([name for name in UNITS if len(name) == 3 and UNITS[name].kind.isupper()])
_SCALE = _any_of(list(SCALES))
_UNIT = rf"(?:{_any_of([*PERCENT - {'%'}, *UNITS])})(?!\w)|{INCH}(?=\s?(?:[.,;)]|\Z|(?:{_any_of(MEASURED)})\b))"
_FIGURE = re.compile(
    rf"(?<![\w.,])(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<before>{_SIGNS}|(?:{_CODES})\s)?\s*(?P<inner>\()?"
    rf"(?P<minus>-)?(?P<digits>{DIGITS})(?![.,]?\d)(?:\s?(?P<scale>{_SCALE})\b(?!\^|/[sh]\b)\.?)?"
    rf"(?:[\s-]?(?P<unit>%|{_UNIT}))?\s*(?P<close>\))?"
    rf"(?P<after>%|\s(?:{_SCALE})\b)?",
    re.A,
)
_MEASURED = re.compile(rf"\s?(?:{_any_of(MEASURED)})\b")
_MEASURES = re.compile(rf"\b(?:{_any_of(MEASURES)})(?:\s(?:of|is|was|about|at|only))*:?\s?\Z")
LONGEST_BEFORE: Final = 40  # letters before a figure that may say of what it is


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` in the measure of its `kind`; a kind of "" is a bare number. `written`: before its unit counted.
    `aside`: in parentheses within prose, as accountants write losses, or said by the way: of either sign.
    `metres`: that it may be as well, as 12 m may be twelve million or a length. `year`: it is written as one.
    """

    value: float
    kind: str = ""
    written: float = 0.0
    aside: bool = False
    metres: float | None = None
    year: bool = False


def figures_in(text: str) -> list[Figure]:
    """In the order of the text; a day is one figure, and its year another. Parentheses mean below zero, but for a bare
    number up to 9999 within prose.
    """
    return _figures(as_numbers(text[:MAX_CHARS]))


def figures_wanted(target: str) -> list[Figure]:
    """Those of a reference; where no digit is in it, those that are written as words: "twelve"."""
    said = as_numbers(target[:MAX_CHARS])
    return _figures(said) or _figures(as_digits(said, one=False))


def _figures(said: str) -> list[Figure]:
    days = list(days_in(said))
    found = [(day.start, _day(day)) for day in days] + [(day.start, _year(day)) for day in days]
    for match in _FIGURE.finditer(_without(days, said)):
        figure = _figure(match, alone=match[0].strip() == said.rstrip("."))
        if figure.metres is not None and _is_measured(match):
            figure = Figure(figure.metres, LENGTH, figure.written / SCALES[_scale(match)])
        if math.isfinite(figure.value):
            found.append((match.start(), figure))
    return [figure for _, figure in sorted(found, key=lambda pair: pair[0])][:MAX_FIGURES]


def same_figure(one: Figure, other: Figure, tolerance: float = TOLERANCE) -> bool:
    """Within the tolerance, of the larger of both. A bare number is of any kind: 90 is 90 min, 12 and .12 are 12 %.

    What may be millions or a length is what the other is; where both may be, they have the same length. Two years are
    the same or not: 2021 is not 2023, though it is within a tolerance of it.
    """
    if one.year and other.year:
        return one.value == other.value
    if one.aside or other.aside:
        one, other = _unsigned(one), _unsigned(other)
    lengths = [_metres(figure) for figure in (one, other)]
    if (one.metres or other.metres) and lengths[0] is not None and lengths[1] is not None:
        return _close(lengths[0], lengths[1], tolerance)
    if DAY in (one.kind, other.kind):
        return one == other
    if one.kind == other.kind or frozenset({one.kind, other.kind}) in ALIKE:
        return _close(one.value, other.value, tolerance)
    if one.kind and other.kind:
        return False
    bare, other = (other, one) if one.kind else (one, other)
    return any(_close(bare.value, value, tolerance) for value in (other.value, other.written))


def figures_covered(output: str, target: str, tolerance: float = TOLERANCE) -> float | None:
    """The share of the reference's figures that the answer tells, each once. None where the reference has none."""
    wanted, said = figures_in(target), figures_in(output)
    if not wanted:
        return None
    return sum(_taken(figure, said, tolerance) for figure in wanted) / len(wanted)


def figures_answered(output: str, target: str, tolerance: float = TOLERANCE) -> float | None:
    """`figures_covered`, with those that are written as words, and less the more an answer leaves open which figure is
    meant: times the figures that it may tell, by those that it tells, where they are more.
    """
    wanted = figures_wanted(target)
    if not wanted:
        return None
    said = _figures(as_digits(as_numbers(output[:MAX_CHARS]), one=True))
    told = len(said)
    covered = sum(_taken(figure, said, tolerance) for figure in wanted) / len(wanted)
    return covered * min(1.0, len(wanted) * (1 + BESIDE) / told) if covered else covered


def _taken(figure: Figure, said: list[Figure], tolerance: float) -> bool:
    for place, other in enumerate(said):
        if same_figure(figure, other, tolerance):
            del said[place]
            return True
    return False


def _figure(match: re.Match[str], *, alone: bool) -> Figure:
    after = (match["after"] or "").strip()
    scale = _scale(match)
    written = value_of(match["digits"]) * SCALES.get(scale, 1.0)
    unit = match["unit"] or (after if after == "%" else (match["before"] or "").strip())
    below = _is_below(match, alone or bool(unit or match["scale"]))
    if match["sign"] == "-" or match["minus"] or below:
        written = -written
    aside = below and not alone and bool(match["open"]) and bool(unit or match["scale"])
    known = Unit(SHARE, 0.01) if unit in PERCENT else UNITS.get("inch" if unit == INCH else unit, Unit("", 1.0))
    metres = None if unit or scale not in LENGTHS else written / SCALES[scale] * LENGTHS[scale]
    year = not (unit or scale) and bool(_YEAR.fullmatch(match["digits"]))
    return Figure(written * known.factor, known.kind, written, aside, metres, year)


def _scale(match: re.Match[str]) -> str:
    return match["scale"] or (match["after"] or "").strip()


def _metres(figure: Figure) -> float | None:
    return figure.value if figure.kind == LENGTH else figure.metres


def _is_measured(match: re.Match[str]) -> bool:
    """Whether the words beside it say that it is a length."""
    before = match.string[max(0, match.start() - LONGEST_BEFORE) : match.start()]
    return bool(_MEASURED.match(match.string, match.end()) or _MEASURES.search(before))


def _day(day: Day) -> Figure:
    return Figure(day.number, DAY, day.number)


def _year(day: Day) -> Figure:
    return Figure(day.year, "", day.year, year=True)


def _without(days: Sequence[Day], said: str) -> str:
    for day in days:
        said = said[: day.start] + "|" * (day.end - day.start) + said[day.end :]
    return said


def _unsigned(figure: Figure) -> Figure:
    metres = None if figure.metres is None else abs(figure.metres)
    return Figure(abs(figure.value), figure.kind, abs(figure.written), metres=metres)


def _is_below(match: re.Match[str], telling: bool) -> bool:
    """Whether it stands in parentheses as accountants write losses."""
    closed = bool(match["close"]) and bool(match["open"] or match["inner"])
    return closed and (telling or not _BARE.match(match["digits"]))


def _close(one: float, other: float, tolerance: float) -> bool:
    return math.isclose(one, other, rel_tol=tolerance, abs_tol=1e-12)
