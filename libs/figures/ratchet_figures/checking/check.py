"""Each figure of a text is a computed one, quoted from a cited passage, or has no ground. Pure, and bounded.

A computed figure is told to the digits that are shown; a quoted one exactly, or rounded where a word of scale
(`$82.96 billion`) or of doubt (`about`) says so. What follows from two others has no ground: it was not computed.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, Literal

from ratchet_figures.checking.candidates import Candidate, Candidates
from ratchet_figures.checking.citing import before_in, cited_by, marks_at
from ratchet_figures.checking.movements import moved_otherwise
from ratchet_figures.checking.passages import Passage, at_scale
from ratchet_figures.checking.places import place_of
from ratchet_figures.checking.reading import Reading, Written
from ratchet_figures.checking.rounding import rounds_to
from ratchet_figures.checking.scales import scale_in
from ratchet_figures.checking.told_as import told_otherwise
from ratchet_figures.checking.units import BARE
from ratchet_figures.checking.written import figures_in, in_a_row
from ratchet_figures.figure import Figure

MOST_FIGURES: Final = 2_000
MOST_CHARACTERS: Final = 200_000
MOST_GIVEN: Final = 500_000  # characters of all passages
MOST_SCALES: Final = 200  # tables of a text whose scale is read

_BLOCKS: Final = re.compile(r"(\n[ \t]*\n)")
_TABLE: Final = re.compile(r"\s*(?:\|[^\n]*\n?)+")
_OUTGOING: Final = re.compile(
    r"\b(?:expenses?|costs?|charges?|payments?|paid|pays?|outflows?|used|spent|repurchased?|repurchases|dividends?|expenditures?|purchases?"
    r"|tax(?:es)?|interest|depreciation|amorti[sz]ation|provisions?|impairments?|write-?(?:downs?|offs?)|deficit|loss(?:es)?)\b",
    re.I,
)
_NEAR: Final = 80


class CannotCheckError(ValueError):
    """More than is checked; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A figure of the text, from `start` to `end`. `unit` as in `units`, a currency by its code; empty where bare.

    `figure`: that it is, or whose input `input` it is; `passage`: that it is quoted from, and `cited` by the sentence.
    `otherwise`: that its sentence tells it as something that it is not; empty where it does not.
    """

    start: int
    end: int
    text: str
    value: float
    unit: str
    ground: Literal["computed", "quoted", "unsupported"]
    figure: Figure | None = None
    input: str = ""
    passage: Passage | None = None
    cited: bool = True
    otherwise: str = ""

    def __str__(self) -> str:
        if self.otherwise:
            return f"{self.text} (at {self.start}): {self.otherwise}."
        if self.ground == "unsupported":
            return f"{self.text} (at {self.start}) is neither computed nor in a source."
        if self.passage is not None:
            page = f", page {self.passage.page}" if self.passage.page else ""
            return f"{self.text} (at {self.start}) is quoted from {self.passage.document}{page}."
        name = self.figure.name if self.figure else ""
        return f"{self.text} (at {self.start}) is {f'{self.input} of ' if self.input else ''}{name}."


@dataclass(frozen=True, slots=True)
class Checked:
    findings: tuple[Finding, ...]

    @property
    def unsupported(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.ground == "unsupported")

    @property
    def miscited(self) -> tuple[Finding, ...]:
        """Of another passage, or another figure, than the sentence cites."""
        return tuple(one for one in self.findings if one.ground != "unsupported" and not one.cited)

    @property
    def mistold(self) -> tuple[Finding, ...]:
        """Told as another measure, of somebody else, or of another time."""
        return tuple(one for one in self.findings if one.otherwise)

    @property
    def passed(self) -> bool:
        return not self.unsupported and not self.mistold


def checked(
    text: str, figures: Sequence[Figure] = (), passages: Sequence[Passage] = (), marks: Sequence[str] = ()
) -> Checked:
    """`marks`: of the figures, `F3` of `[F3]`, where they have any. Raises CannotCheckError where there is more than is
    checked.
    """
    if len(text) > MOST_CHARACTERS:
        raise CannotCheckError(f"The text has {len(text):,} characters: at most {MOST_CHARACTERS:,} are checked.")
    if (given := sum(len(one.text) for one in passages)) > MOST_GIVEN:
        raise CannotCheckError(f"The passages have {given:,} characters: at most {MOST_GIVEN:,} are looked at.")
    found = figures_in(text, _names(figures, passages))
    if len(found) > MOST_FIGURES:
        raise CannotCheckError(f"The text has {len(found):,} figures: at most {MOST_FIGURES:,} are checked.")
    candidates = Candidates(figures, passages, marks)
    scales = _scales(text)
    findings = [_finding(text, one, candidates, scales, figures) for one in found]
    return Checked(
        tuple(_as_moved(text, one, before) for before, one in zip([None, *findings], findings, strict=False))
    )


def _as_moved(text: str, one: Finding, before: Finding | None) -> Finding:
    if before is None or one.otherwise or one.unit != before.unit or not one.value * before.value > 0:
        return one
    near = text[max(0, before.start - _NEAR) : before.start]
    said = moved_otherwise(near, text[before.end : one.start], abs(before.value), abs(one.value))
    return replace(one, otherwise=said) if said else one


def _names(figures: Sequence[Figure], passages: Sequence[Passage]) -> set[str]:
    inputs = {one.name.partition(" of ")[2] for figure in figures for one in figure.inputs}
    return {*(one.subject for one in figures), *(one.document for one in passages), *inputs}


def _finding(
    text: str,
    written: Written,
    candidates: Candidates,
    scales: Sequence[tuple[int, int, Decimal]],
    figures: Sequence[Figure],
) -> Finding:
    shown = text[written.start : written.end]
    value, marks = float(written.signed), marks_at(text, written.start)
    for reading in _all_readings(text, written, scales):
        fitting = [one for one in _near(reading, written, candidates) if _fits(text, written, reading, one)]
        if fitting:
            best = min(
                fitting, key=lambda one: (one.passage is not None, one.input is not None, not cited_by(one, marks))
            )
            return Finding(
                written.start,
                written.end,
                shown,
                -abs(float(reading.value)) if reading.sign in ("minus", "falls") else float(reading.value),
                reading.unit,
                "quoted" if best.passage else "computed",
                best.figure,
                best.input.name if best.input else "",
                best.passage,
                cited_by(best, marks),
                told_otherwise(
                    before_in(text, written.start),
                    text[written.end : written.end + 60],
                    fitting,
                    figures,
                    place_of(text, written.start),
                ),
            )
    unit = written.readings[0].unit if written.readings else BARE
    return Finding(written.start, written.end, shown, value, unit, "unsupported")


def _near(reading: Reading, written: Written, candidates: Candidates) -> list[Candidate]:
    within = float(reading.value) if written.bound else 0.0
    return list(candidates.near(reading, max(within, float(reading.step))))


def _fits(text: str, written: Written, reading: Reading, candidate: Candidate) -> bool:
    shown, value = reading.value, abs(candidate.value)
    if candidate.passage is None or reading.scaled or written.bound:
        if not rounds_to(value, shown, reading.step, written.bound):
            return False
    elif value != shown:
        return False
    return shown == 0 or _signs_agree(text, written, reading, candidate)


def _signs_agree(text: str, written: Written, reading: Reading, candidate: Candidate) -> bool:
    if "either" in (reading.sign, candidate.sign):
        return True
    below = candidate.value < 0
    if reading.sign == "minus":
        return below
    if reading.sign == "falls":
        return below or (candidate.passage is not None and candidate.less)
    if below and candidate.passage is not None and candidate.sign == "minus":
        return bool(_OUTGOING.search(text, max(0, written.start - _NEAR), written.start))
    return not below


def _all_readings(text: str, written: Written, scales: Sequence[tuple[int, int, Decimal]]) -> list[Reading]:
    """In a table that says so, in thousands or millions as well."""
    found = list(written.readings)
    for start, end, scale in scales:
        if start <= written.start < end and in_a_row(text, written.start):
            found += [
                replace(at_scale(one, scale), scale=scale)
                for one in written.readings
                if not one.scaled and (one.unit == BARE or len(one.unit) == 3)
            ]
    return found


def _scales(text: str) -> list[tuple[int, int, Decimal]]:
    """From a line that tells a scale to the end of the table behind it."""
    found, at = [], 0
    for block in _BLOCKS.split(text):
        end = at + len(block)
        if scale := scale_in(block):
            table = _TABLE.match(text, end)
            found.append((at, table.end() if table else end, scale))
        at = end
    return found[:MOST_SCALES]
