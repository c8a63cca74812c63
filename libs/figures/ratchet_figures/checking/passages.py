"""Passages of sources that a text cites, and the figures that they have, at the scale that caption or head says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from ratchet_figures.checking.places import Place, place_of
from ratchet_figures.checking.reading import Reading, Written
from ratchet_figures.checking.scales import scales_in
from ratchet_figures.checking.units import ANY_PERCENT, BARE, PERCENT, currencies_in
from ratchet_figures.checking.written import figures_in, in_a_row, line_at

_NO_SCALE: Final = re.compile(
    r"\b(?:per\s+(?:\w+\s+)?share|shares|employees|ratio|number\s+of|rate|percent(?:age)?|days)\b|%", re.I
)
_PER_SHARE: Final = re.compile(r"\bper\s+(?:\w+\s+)?share\b|\b(?:basic|diluted|EPS)\b", re.I)
_SHARES: Final = re.compile(r"\b(?:shares|basic|diluted)\b", re.I)
_ONE: Final = Decimal(1)
_EXCEPT: Final = re.compile(r"\bexcept\b", re.I)
_EXCEPTED: Final = re.compile(r"\b(?:except|excluding|other\s+than)\b[^)\n|]{0,80}", re.I)  # of a caption, and no label
_LESS: Final = re.compile(
    r"\b(?:loss|losses|decrease|decreased|decline|declined|deficit|shortfall|lower|fell|down|negative)\b", re.I
)
_NEAR: Final = 120


@dataclass(frozen=True, slots=True)
class Passage:
    """`mark`: by which the text cites it, `1` of `[1]`. `scale`: of its bare figures, where the caller knows it."""

    mark: str
    document: str
    page: int | None
    text: str
    caption: str = ""
    scale: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A figure of a passage. `less`: words by it say that something became less, or was lost."""

    place: Place
    reading: Reading
    currencies: frozenset[str]  # of the passage: what a bare figure may be in
    less: bool


def given_in(passage: Passage) -> Iterator[Given]:
    """What each figure of it may stand for."""
    around = f"{passage.caption}\n{passage.text}"
    scales = [Decimal(passage.scale)] if passage.scale else list(dict.fromkeys(scales_in(around)))
    currencies, of_hundred = currencies_in(around), bool(ANY_PERCENT.search(around))
    clean = _EXCEPTED.sub(_blank, passage.text)
    for written in figures_in(passage.text):
        less = bool(_LESS.search(passage.text[max(0, written.start - _NEAR) : written.start]))
        place = place_of(passage.text, written.start)
        for reading in _readings(clean, written, scales, around, of_hundred=of_hundred):
            yield Given(place, reading, currencies, less)


def at_scale(reading: Reading, scale: Decimal) -> Reading:
    return replace(reading, value=reading.value * scale, step=reading.step * scale)


def _readings(
    text: str, written: Written, scales: Sequence[Decimal], around: str, *, of_hundred: bool
) -> Iterator[Reading]:
    row = in_a_row(text, written.start)
    for reading in written.readings:
        is_bare = reading.unit == BARE
        if scales and row and not reading.scaled and (is_bare or len(reading.unit) == 3):
            yield from (at_scale(reading, scale) for scale in _scales_of(text, written, reading, scales, around))
        else:
            yield reading
        if is_bare and row and of_hundred and not reading.scaled:
            yield replace(reading, unit=PERCENT)


def _scales_of(
    text: str, written: Written, reading: Reading, scales: Sequence[Decimal], around: str
) -> Sequence[Decimal]:
    """Amounts per share have none, numbers of shares may have another than the amounts of the table."""
    line = line_at(text, written.start)
    label = f"{text[max(0, written.start - _NEAR) : written.start]}\n{line}"
    if reading.step < 1 and _PER_SHARE.search(label):
        sure = "|" not in line or _PER_SHARE.search(line)  # rows above a row are not its head
        return (_ONE,) if sure else (scales[0], _ONE)
    if _NO_SCALE.search(line) or (reading.step < 1 and _EXCEPT.search(around)):
        return (scales[0], _ONE)
    return (*scales, _ONE) if _SHARES.search(label) else scales[:1]


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
