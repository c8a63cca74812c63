"""From a document to its sentences, each with who said it. Rules only; long documents are read up to a limit."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from ratchet_student.normalise import without_annotations
from ratchet_student.words import size

MAX_SENTENCES = 5_000
MAX_CHARACTERS = 1_000_000
LONGEST = 60  # words; what goes on without a full stop (speech recognition) is cut here

_SPEAKER = re.compile(r"(?P<speaker>\[[A-Z_]{2,40}\d{0,6}\]|[^\W\d_](?:[^:.!?\n]{0,38}[^\W_.])?)\s?:(?:\s+|$)")
_BULLET = re.compile(r"\s*(?:[-*+•‣◦·–—>#]+|\(?\d{1,3}[.)]|\(?[a-zA-Z]\))\s+(?:\[[ xX]?\]\s+)?")  # noqa: RUF001
_END = re.compile(r"(?:(?<![.!?…])[.!?…]{1,5}[\"'”’)\]]{0,2}(?=\s))|[。！？]{1,5}[」』”]?")  # noqa: RUF001
_SHORTENED = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|prof|st|sr|jr|vs|etc|e\.g|i\.e|cf|fig|no|nr|vol|pp|inc|ltd|corp|dept|est|approx|ca|bzw|usw"
    r"|z\.b|d\.h|u\.a|mme|m|sra|hr|fr|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec)|\b[^\W\d_])$",
    re.IGNORECASE,
)
_SPACE_BEFORE_MARK = re.compile(r" (?=[,.;:!?…](?: |$))")


@dataclass(frozen=True, slots=True)
class Sentence:
    speaker: str  # empty where the line names nobody
    text: str

    def __str__(self) -> str:
        return f"{self.speaker}: {self.text}" if self.speaker else self.text


def sentences(document: str, most: int = MAX_SENTENCES) -> list[Sentence]:
    """In their order, at most so many; the document counts up to MAX_CHARACTERS."""
    return list(islice(_all(document[:MAX_CHARACTERS]), most))


def without_bullet(line: str) -> str:
    return line[found.end() :] if (found := _BULLET.match(line)) else line.strip()


def _all(document: str) -> Iterator[Sentence]:
    for line in without_annotations(document).splitlines():
        said = without_bullet(line)
        who = _SPEAKER.match(said)
        speaker = who["speaker"].strip() if who and len(who["speaker"].split()) <= 5 else ""
        for text in _split(said[who.end() :] if who and speaker else said):
            for piece in _pieces(_clean(text)):
                yield Sentence(speaker, piece)


def _split(text: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(text):
        if _ends(text, end):
            yield text[start : end.end()]
            start = end.end()
    yield text[start:]


def _ends(text: str, end: re.Match[str]) -> bool:
    """Not a shortened word, and what follows does not go on in lower case."""
    if end[0][0] != ".":
        return True
    after = text[end.end() : end.end() + 12].lstrip()[:1]
    before = text[max(0, end.start() - 12) : end.start()]
    return not after.islower() and not (len(end[0]) == 1 and _SHORTENED.search(before))


def _pieces(text: str) -> Iterator[str]:
    """The whole sentence as a rule; a very long one in parts of LONGEST words, or characters without spaces."""
    if size(text) <= LONGEST:
        if any(letter.isalnum() for letter in text):
            yield text
        return
    parts = text.split()
    if len(parts) <= LONGEST:
        parts = [text[at : at + LONGEST] for at in range(0, len(text), LONGEST)]
        yield from (part.strip() for part in parts if part.strip())
        return
    for at in range(0, len(parts), LONGEST):
        yield " ".join(parts[at : at + LONGEST])


def _clean(text: str) -> str:
    return _SPACE_BEFORE_MARK.sub("", " ".join(text.split()))
