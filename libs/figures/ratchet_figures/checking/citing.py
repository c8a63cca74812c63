"""What the sentence of a figure cites, and what stands before the figure in it. Pure."""

import re
from typing import Final

from ratchet_figures.checking.candidates import Candidate
from ratchet_figures.sentences import ENDS

_MARK: Final = re.compile(r"\[([F\d\s,;–-]{1,60})\]")
_OF_FIGURES: Final = "F"  # begins the marks of figures
_BOUNDARY: Final = re.compile(rf"{ENDS}(?!\[)(?=[^\s\da-z])|\n")


def marks_at(text: str, at: int) -> frozenset[str]:
    """That the sentence cites."""
    before = [found.end() for found in _BOUNDARY.finditer(text, max(0, at - 2_000), at)]
    behind = _BOUNDARY.search(text, at, at + 2_000)
    sentence = text[before[-1] if before else max(0, at - 2_000) : behind.start() if behind else at + 2_000]
    marks = set[str]()
    for found in _MARK.finditer(sentence):
        for part in re.split(r"[,;]", found[1]):
            ends, of = [int(one) for one in re.findall(r"\d{1,4}", part)], _OF_FIGURES if _OF_FIGURES in part else ""
            marks |= {f"{of}{one}" for one in (range(ends[0], min(ends[-1], ends[0] + 50) + 1) if ends else ())}
    return frozenset(marks)


def before_in(text: str, at: int) -> str:
    """What stands before it in its sentence."""
    near = max(0, at - 400)
    line = text.rfind("\n", near, at) + 1
    if text.startswith("|", line):  # a company's full stop in a row ends no sentence
        return text[line:at]
    begins = [found.end() for found in _BOUNDARY.finditer(text, near, at)]
    return text[begins[-1] if begins else near : at]


def cited_by(candidate: Candidate, marks: frozenset[str]) -> bool:
    """Where its sentence cites anything of its kind."""
    of_figures = candidate.passage is None
    own = candidate.mark if candidate.passage is None else candidate.passage.mark
    of_its_kind = {one for one in marks if one.startswith(_OF_FIGURES) == of_figures}
    return not own or not of_its_kind or own in of_its_kind
