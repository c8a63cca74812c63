"""Does the document support the figures of the answer: amounts, percentages, counts, dates, times?

A figure is supported if the document, the question or a passage has it, however it is written there, to the precision
that it is given with ("about 2,000" leaves some room), and not in another currency alone, or as money where it is a
percentage; or if it is the result of a sum that stands beside it and whose parts are supported. One that
follows from two that the answer tells with it (`worked_out.py` says how) fails nothing, but the finding says so: the
sum is right, and may still be of the wrong two. For tasks that call for more than that the check only warns.

Not seen: what a figure is of (the 17 contracts that are 17 users), its sign, units but for money and per cent, years
that the document has for something else, half-years, and figures in words ("seventeen contracts").
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from ratchet_router.checking.calendar_dates import dates_in
from ratchet_router.checking.citations import MARKER
from ratchet_router.checking.figures import Figure, figures_in
from ratchet_router.checking.given_times import GivenTimes
from ratchet_router.checking.quarters import fiscal_years_in, quarters_in
from ratchet_router.checking.source import Source
from ratchet_router.checking.subject import Finding, Subject
from ratchet_router.checking.times_of_day import times_in
from ratchet_router.checking.worked_out import AnswersFigures, is_worked_out

SMALL = 12  # counts up to this an answer makes itself ("3 risks"): they only warn
MOST = 200  # figures of one answer: beyond, it is a table
ENOUGH_MISSING = 10
PLACES_TOLD = 10
LONGEST_NUMBERING = 5  # characters
LONGEST_BEFORE = 24  # characters: what is looked at before a figure

OWN_NUMBERING = "step phase option item point priority risk action finding recommendation question schritt punkt"

_LINE_START = re.compile(r"[ \t>*#(\u2022-]*\Z")
_NUMBERS_A_LINE = re.compile(r"[.):]{0,2}\**(?=\s)")
_BETWEEN = re.compile(r"[\s$€£¥)]*(?P<operator>[-+*x\u00d7/\u00f7\u2212\u2013])[\s$€£¥(]*")
_EQUALS = re.compile(r"[\s$€£¥)]*(?:=|\u2248)[\s$€£¥(]*")
_CURRENCY = tuple("$€£¥₹")


class Told(NamedTuple):
    """Something in the answer that the document must have. `worked_out`: from others that it has."""

    start: int
    supported: bool
    worked_out: bool = False
    small: bool = False


def numbers(subject: Subject) -> Finding | None:
    told = list(_enough(_told(subject.text, Source(subject.given))))
    missing = sorted(one for one in told if not one.supported and not one.worked_out)
    worked_out = sorted(one for one in told if one.worked_out)
    if not missing and not worked_out:
        return None
    ways = ((missing, "are not in what was given"), (worked_out, "follow from others that are in what was given"))
    return Finding(
        " ".join(
            f"{len(some)} of {len(told)} figures that were looked up {how} (at {places_of(some)})."
            for some, how in ways
            if some
        ),
        serious=not all(one.small for one in missing),
    )


def places_of(told: Sequence[Told]) -> str:
    return ", ".join(str(one.start) for one in told[:PLACES_TOLD])


def _enough(told: Iterable[Told]) -> Iterator[Told]:
    """Until so many are missing that the rest need not be looked up."""
    missing = 0
    for one in told:
        yield one
        missing += not one.supported and not one.worked_out
        if missing == ENOUGH_MISSING:
            return


def _told(text: str, source: Source) -> Iterator[Told]:
    periods = list(_periods(text, GivenTimes(source)))
    yield from (one for one, _ in periods)
    yield from (one for _, one in figures_told(text, source, [(one.start, end) for one, end in periods]))


def figures_told(
    text: str, source: Source, periods: Sequence[tuple[int, int]] | None = None
) -> Iterator[tuple[Figure, Told]]:
    """But those of dates and times (`periods`), and of marks."""
    if periods is None:
        periods = [(one.start, end) for one, end in _periods(text, GivenTimes(source))]
    rest = _blanked(text, [*periods, *(marker.span() for marker in MARKER.finditer(text))])
    figures = [figure for figure in islice(figures_in(rest), MOST) if not _numbers_a_line(figure, rest)]
    answers = AnswersFigures(rest, figures, source)
    for place, figure in enumerate(figures):
        known = answers.supported(place) or _is_result(place, answers)
        worked_out = not known and is_worked_out(place, answers)
        yield figure, Told(figure.start, known, worked_out, small=not known and _is_small(figure, rest))


def _periods(text: str, given: GivenTimes) -> Iterator[tuple[Told, int]]:
    """Dates, times of day, quarters and fiscal years, and the end of each."""
    for dated in dates_in(text)[:MOST]:
        yield Told(dated.start, given.has_date(dated, text[dated.start : dated.end])), dated.end
    for start, end, minutes in islice(times_in(text), MOST):
        yield Told(start, given.has_time(minutes, text[start:end])), end
    for start, end, quarter in islice(quarters_in(text), MOST):
        yield Told(start, given.has_quarter(quarter, text[start:end])), end
    for start, end, year in islice(fiscal_years_in(text), MOST):
        yield Told(start, given.has_fiscal_year(year)), end


def _numbers_a_line(figure: Figure, text: str) -> bool:
    """ "1. First", "## 2.1 Scope", "Step 3": the answer's own."""
    longest = 2 if figure.written.isdecimal() else LONGEST_NUMBERING
    if len(figure.written) > longest or figure.word:
        return False
    before = text[max(0, figure.start - LONGEST_BEFORE) : figure.start]
    if before.rstrip(" #").rpartition(" ")[2].lower().rstrip("s") in OWN_NUMBERING.split():
        return True
    line = before.rpartition("\n")[2]
    begins = "\n" in before or figure.start <= LONGEST_BEFORE
    if not begins or not _LINE_START.match(line):
        return False
    after = _NUMBERS_A_LINE.match(text, figure.end)
    plain = figure.written.isdecimal() or "(" not in line
    return after is not None and ("#" in line or (bool(after[0]) and plain))


def _blanked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Places stay as they are."""
    parts, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            parts += [text[at:start], " " * (end - start)]
            at = end
    return "".join([*parts, text[at:]])


def _is_small(figure: Figure, text: str) -> bool:
    is_money = text[max(0, figure.start - 2) : figure.start].strip().endswith(_CURRENCY)
    return figure.bare and figure.readings[0][0] <= SMALL and not is_money


def _is_result(place: int, answers: AnswersFigures) -> bool:
    """Of "40 + 2 = 42"."""
    if place < 2 or not (answers.supported(place - 1) and answers.supported(place - 2)):
        return False
    text = answers.text
    one, other, result = answers.figures[place - 2 : place + 1]
    operator = _BETWEEN.fullmatch(text, one.end, other.start)
    if not operator or not _EQUALS.fullmatch(text, other.end, result.start):
        return False
    worked_out = _applied(operator["operator"], _value(one), _value(other))
    step = result.readings[0][1] * result.scale
    ways = (1.0, 0.01) if result.percent else (1.0,)
    return any(abs(worked_out - _value(result) * way) <= step * way / 2 + 1e-9 for way in ways)


def _applied(operator: str, one: float, other: float) -> float:
    if operator == "+":
        return one + other
    if operator in "*x\u00d7":
        return one * other
    if operator in "/\u00f7":
        return one / other if other else 0.0
    return abs(one - other)


def _value(figure: Figure) -> float:
    return figure.readings[0][0] * figure.scale
