"""Figures that a range, a list or a mix joins: what the last of them says of unit and scale is said of all. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from ratchet_figures.checking.reading import Reading, Written
from ratchet_figures.checking.units import BARE, PERCENT

_RANGE: Final = re.compile(r"\s?(?:[-\u2013\u2014/]|\bto\b|\band\b|\bor\b|,|,\s?and\b)\s?(?:about\s)?")
_DASH: Final = re.compile(r"\s?(?:[-\u2013\u2014]|\bto\b)\s?")
_MIX: Final = re.compile(r"(?<![\d.,/])(\d{1,2})/(\d{1,2})(?![\d.,/%])")  # a 60/40 portfolio


def joined(text: str, found: Sequence[Written]) -> list[Written]:
    mixes = (mix for mix in _MIX.finditer(text) if int(mix[1]) + int(mix[2]) == 100)
    mixed = {at for mix in mixes for at in (mix.start(1), mix.start(2))}
    return [_per_cent(one) if one.start in mixed else one for one in _with_ranges(text, found)]


def _per_cent(one: Written) -> Written:
    return replace(one, readings=(*(replace(its, unit=PERCENT) for its in one.readings), *one.readings))


def _with_ranges(text: str, found: Sequence[Written]) -> Iterator[Written]:
    """What has no unit or scale may have that of the next, where a range or a list joins them; money goes forward."""
    for place, one in reversed(list(enumerate(found := list(found)))):
        if place + 1 < len(found) and _RANGE.fullmatch(text, one.end, found[place + 1].start):
            found[place] = _joined(one, found[place + 1])
    for place, one in enumerate(found):
        before = found[place - 1] if place else None
        if before is not None and before.readings and _is_range(text, before, one):
            yield _of_same_money(one, before.readings[0].unit)
        else:
            yield one


def _is_range(text: str, one: Written, other: Written) -> bool:
    joint = text[one.end : other.start]
    return bool(_DASH.fullmatch(joint)) or (
        joint.strip() == "and" and text[max(0, one.start - 9) : one.start].rstrip().endswith("between")
    )


def _of_same_money(one: Written, unit: str) -> Written:
    """$3-5 million."""
    if len(unit) != 3 or not one.readings or one.readings[0].unit != BARE:
        return one
    return replace(one, readings=(*(replace(its, unit=unit) for its in one.readings), *one.readings))


def _joined(one: Written, behind: Written) -> Written:
    if not one.readings or not behind.readings:
        return one
    own, its = one.readings[-1], behind.readings[0]
    takes_unit = own.unit == BARE and its.unit != BARE and not own.scaled
    takes_scale = not own.scaled and its.scaled and (own.unit in (BARE, its.unit) or its.unit == BARE)
    if not takes_unit and not takes_scale:
        return one
    scale, factor = its.scale if takes_scale else Decimal(1), its.factor if takes_unit else Decimal(1)
    taken = Reading(
        own.value * scale * factor,
        own.step * scale * factor,
        its.unit if takes_unit else own.unit,
        own.sign,
        scale if takes_scale else own.scale,
        factor if takes_unit else own.factor,
    )
    return replace(one, readings=(taken, own))
