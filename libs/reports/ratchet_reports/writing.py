"""Paragraphs of a report from a text that was written, by a model or by rules, with marks in it. Pure."""

import re
from collections.abc import Collection
from typing import Final

from ratchet_figures.sentences import ENDS
from ratchet_reports.report import Paragraph, Statement

MARK: Final = re.compile(r"\[([0-9A-Za-z]{1,12})\]")
_BLANK: Final = re.compile(r"\n[ \t]*(?=\n)")
_BOUNDARY: Final = re.compile(rf"{ENDS}(?=[^\s\da-z\[])")


def paragraphs_of(text: str, marks: Collection[str]) -> tuple[Paragraph, ...]:
    """A statement a sentence, with those of the `marks` that it has; blank lines part paragraphs.

    Sentences are told apart by rules, for English: after an abbreviation one may be cut in two, and nothing is lost.
    """
    paragraphs = (one.strip() for one in _BLANK.split(text.replace("\r\n", "\n")))
    return tuple(Paragraph(statements=_statements(one, marks)) for one in paragraphs if one)


def _statements(text: str, marks: Collection[str]) -> tuple[Statement, ...]:
    return tuple(
        Statement(text=one, marks=tuple(dict.fromkeys(mark for mark in MARK.findall(one) if mark in marks)))
        for one in _BOUNDARY.split(text)
        if one
    )
