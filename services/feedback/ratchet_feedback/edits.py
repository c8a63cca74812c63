"""What somebody changed in an answer: what went, what came, and a little of what stands around it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final, Literal, NamedTuple

from rapidfuzz.distance import Indel

MOST_CHARACTERS: Final = 200_000  # of both texts: beyond that all of it went and came
MOST_PAIRS: Final = (
    40_000_000  # of parts that differ, one of each side: a bit each, 5 MB. Beyond: lines, then all of it
)
AROUND: Final = 5  # words or lines that are shown before and after a change
# Of scripts that put no spaces between words: Thai to Myanmar, Khmer, kana, Han.
UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
WORD: Final = re.compile(rf"[{UNSPACED}]\s*|[^\s{UNSPACED}]+\s*|\s+")
LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Edit:
    """`skipped`: a stretch that both have, with its number of characters in place of its text."""

    kind: Literal["same", "gone", "new", "skipped"]
    text: str = ""
    characters: int = 0


class Stretch(NamedTuple):
    """Parts of both texts, by their places: from `gone` to `gone_end` in the one, from `new` to `new_end` in the other.
    Where it is the same, these are alike."""

    same: bool
    gone: int
    gone_end: int
    new: int
    new_end: int


@dataclass(frozen=True, slots=True)
class Side:
    """A text in its parts. `ends`: the number of characters before each of them, and of all."""

    parts: Sequence[str]
    ends: Sequence[int]

    def size(self, start: int, end: int) -> int:
        return self.ends[end] - self.ends[start]

    def text(self, start: int, end: int) -> str:
        return "".join(self.parts[start:end])


def edits(before: str, after: str) -> tuple[Edit, ...]:
    """Nothing where both are the same. By words, in scripts without spaces by characters; where that would be too much
    by lines, and else as a whole: it takes a tenth of a second at most, whatever the texts."""
    if before == after:
        return ()
    if len(before) + len(after) <= MOST_CHARACTERS:
        for split in (WORD, LINE):
            one, other = _side(split.findall(before)), _side(split.findall(after))
            found = _stretches(one.parts, other.parts)
            if found is not None:
                return tuple(_shown(_without_crumbs(found, one, other), one, other))
    return (Edit("gone", before), Edit("new", after))


def _side(parts: Sequence[str]) -> Side:
    return Side(parts, list(accumulate(map(len, parts), initial=0)))


def _stretches(before: Sequence[str], after: Sequence[str]) -> list[Stretch] | None:
    """What is the same and what is not, in turns. None: they differ in too much."""
    start, end = _ends(before, after)
    one, other = before[start : len(before) - end], after[start : len(after) - end]
    if len(one) * len(other) > MOST_PAIRS:
        return None
    found = [Stretch(True, 0, start, 0, start)] if start else []
    for step in Indel.opcodes(one, other):
        _put(
            found,
            Stretch(
                step.tag == "equal",
                start + step.src_start,
                start + step.src_end,
                start + step.dest_start,
                start + step.dest_end,
            ),
        )
    if end:
        _put(found, Stretch(True, len(before) - end, len(before), len(after) - end, len(after)))
    return found


def _put(found: list[Stretch], one: Stretch) -> None:
    """After the last, or as a part of it."""
    if found and found[-1].same == one.same:
        last = found.pop()
        one = Stretch(one.same, last.gone, one.gone_end, last.new, one.new_end)
    found.append(one)


def _ends(before: Sequence[str], after: Sequence[str]) -> tuple[int, int]:
    """How many parts both have alike at their beginnings, and of the others at their ends."""
    most, start, end = min(len(before), len(after)), 0, 0
    while start < most and before[start] == after[start]:
        start += 1
    while end < most - start and before[-1 - end] == after[-1 - end]:
        end += 1
    return start, end


def _without_crumbs(found: Sequence[Stretch], before: Side, after: Side) -> list[Stretch]:
    """What stayed by chance, between changes that are each as long as it, belongs to the change."""

    def size(its: Stretch) -> int:
        return max(before.size(its.gone, its.gone_end), after.size(its.new, its.new_end))

    whole: list[Stretch] = []
    for number, one in enumerate(found):
        between = one.same and 0 < number < len(found) - 1
        crumb = between and size(one) <= min(size(whole[-1]), size(found[number + 1]))
        _put(whole, one._replace(same=False) if crumb else one)
    return whole


def _shown(found: Sequence[Stretch], before: Side, after: Side) -> list[Edit]:
    shown: list[Edit] = []
    for number, one in enumerate(found):
        if one.same:
            alike = before.parts[one.gone : one.gone_end]
            shown += _around(alike, first=number == 0, last=number == len(found) - 1)
            continue
        gone, new = before.text(one.gone, one.gone_end), after.text(one.new, one.new_end)
        shown += [edit for edit in (Edit("gone", gone), Edit("new", new)) if edit.text]
    return shown


def _around(parts: Sequence[str], *, first: bool, last: bool) -> list[Edit]:
    """The ends of a stretch that stand beside a change."""
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    if len(parts) <= head + tail:
        return [Edit("same", "".join(parts))]
    middle = parts[head : len(parts) - tail]
    shown = [
        Edit("same", "".join(parts[:head])),
        Edit("skipped", characters=sum(map(len, middle))),
        Edit("same", "".join(parts[len(parts) - tail :])),
    ]
    return [one for one in shown if one.text or one.characters]
