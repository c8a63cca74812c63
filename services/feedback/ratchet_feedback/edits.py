"""What somebody changed in an answer: what went, what came, and a little of what stands around it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Literal

MOST_WORDS: Final = 2_000  # on a side; beyond that whole lines are compared
MOST_LINES: Final = 2_000  # beyond that all of it went and came
AROUND: Final = 5  # words or lines that are shown before and after a change
WORD: Final = re.compile(r"\S+\s*|\s+")
LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Edit:
    """`skipped`: a stretch that both have, with its number of characters in place of its text."""

    kind: Literal["same", "gone", "new", "skipped"]
    text: str = ""
    characters: int = 0


def edits(before: str, after: str) -> tuple[Edit, ...]:
    """Nothing where both are the same. Time is bounded: some ten milliseconds for texts of any length."""
    if before == after:
        return ()
    for split, most in ((WORD, MOST_WORDS), (LINE, MOST_LINES)):
        one, other = split.findall(before), split.findall(after)
        if max(len(one), len(other)) <= most:
            return tuple(_edits(one, other))
    return (Edit("gone", before), Edit("new", after))


def _edits(before: Sequence[str], after: Sequence[str]) -> list[Edit]:
    found: list[Edit] = []
    steps = SequenceMatcher(None, before, after).get_opcodes()
    for number, (kind, start, end, new_start, new_end) in enumerate(steps):
        if kind == "equal":
            found += _around(before[start:end], first=number == 0, last=number == len(steps) - 1)
            continue
        if end > start:
            found.append(Edit("gone", "".join(before[start:end])))
        if new_end > new_start:
            found.append(Edit("new", "".join(after[new_start:new_end])))
    return found


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
