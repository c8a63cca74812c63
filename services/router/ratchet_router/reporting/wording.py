"""The words of an answer as sections of a report: headings part them, points stand alone, marks too. Pure."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from ratchet_reports.report import Paragraph, Section
from ratchet_reports.writing import paragraphs_of

ANSWER: Final = "Answer"
MOST_SECTIONS: Final = 60
_HEADING: Final = re.compile(r"\s{0,3}#{1,6}\s+(?P<words>.{1,300}?)[#\s]*\Z")
_POINT: Final = re.compile(r"\s*(?:[-*•]|\d{1,2}[.)])\s+(?=\S)")
_QUOTED: Final = re.compile(r'\[(?P<number>\d{1,3}): ?["“][^"“”\]]{1,1000}["”]\]')
_SEVERAL: Final = re.compile(r"\[(?P<marks>F?\d{1,3}(?:\s?[,;\u2013-]\s?F?\d{1,3}){1,20})\](?!\()")
_RANGE: Final = re.compile(r"(?P<prefix>F?)(?P<first>\d{1,3})(?:\s?[\u2013-]\s?F?(?P<last>\d{1,3}))?")
_EMPHASIS: Final = re.compile(r"(?<!\w)(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1(?!\w)")


def sections_of(text: str, marks: Collection[str]) -> tuple[Section, ...]:
    """What stands before the first heading is the answer itself. Beyond `MOST_SECTIONS` headings are but paragraphs."""
    found: list[tuple[str, list[str]]] = [(ANSWER, [])]
    for line in one_by_one(text, marks).split("\n"):
        heading = _HEADING.fullmatch(line)
        if heading and len(found) < MOST_SECTIONS:
            found.append((_plain(heading["words"]), []))
        else:
            found[-1][1].append(line)
    sections = [Section(heading=heading, paragraphs=tuple(_paragraphs(its, marks))) for heading, its in found]
    return tuple(one for one in sections if one.paragraphs)


def one_by_one(text: str, marks: Collection[str]) -> str:
    """`[1, F2]` as `[1][F2]`, `[2: "its words"]` as `[2]`: what is quoted stands under the mark."""
    return _SEVERAL.sub(lambda found: _apart(found["marks"], found[0], marks), _QUOTED.sub(r"[\g<number>]", text))


def _apart(listed: str, whole: str, marks: Collection[str]) -> str:
    """As it was where it names what no source has: a share `[60-40]` is no mark."""
    every = list(dict.fromkeys(_each(listed)))
    return "".join(f"[{mark}]" for mark in every) if every and all(mark in marks for mark in every) else whole


def _each(listed: str) -> Iterator[str]:
    for found in _RANGE.finditer(listed):
        first = int(found["first"])
        for number in range(first, min(int(found["last"] or first), first + 50) + 1):
            yield f"{found['prefix']}{number}"


def _paragraphs(lines: list[str], marks: Collection[str]) -> Iterator[Paragraph]:
    """A point of a list is a paragraph of its own."""
    parted = ("\n" + _POINT.sub("• ", line, count=1) if _POINT.match(line) else line for line in lines)
    yield from paragraphs_of(_plain("\n".join(parted)), marks)


def _plain(text: str) -> str:
    return _EMPHASIS.sub(r"\2", text)
