"""Which minutes a question is about: by the day on which they met, or as the latest of their kind. Pure."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ratchet_documents.asked_companies import words_of
from ratchet_documents.asked_times import AHEAD
from ratchet_documents.metadata.dates import days_in
from ratchet_documents.metadata.months import MONTH

_MEETING: Final = (
    r"(?:meetings?|minutes|stand-?ups?|retrospectives?|retros?|workshops?|calls?|board|committee|sessions?"
    r"|[\w-]*(?:besprechung|sitzung|treffen)|protokolls?|réunions?|reuni[oó]n(?:es)?|riunion[ei]|actas?)"
)
_LATEST: Final = re.compile(
    r"\b(?:last|latest|newest|most\s+recent|letzte[nrsm]?|neueste[nrsm]?|jüngste[nrsm]?|dernière|última|ultima)\s+"
    rf"(?:[^\W\d_][\w-]*\s+){{0,3}}?{_MEETING}\b",
    re.I,
)
_ANY_MEETING: Final = re.compile(r"meetings?|minutes|of|the|was|were", re.I)
_TIMES: Final = re.compile(rf"\b{MONTH}\b|\d+", re.I)
_SHORT: Final = 2  # letters: words of no more tell nothing


class Minutes(NamedTuple):
    """`held`: the day, as `2026-03-12`."""

    document_id: str
    title: str
    held: str


def of_the_day(question: str, minutes: Iterable[Minutes]) -> list[Minutes]:
    """Those of a day that it names, unless as one that is still to come."""
    days = set() if AHEAD.search(question) else {str(day) for _, day in days_in(question)}
    return [one for one in minutes if one.held in days]


def the_latest(question: str, minutes: Sequence[Minutes]) -> list[Minutes]:
    """The last ones, where the question is about these, of those whose titles have most of its words: `the last meeting
    of the board` is not the stand-up of today. None where it is not.
    """
    if not minutes or not _LATEST.search(question):
        return []
    asked = _words(question)
    shared = {one.document_id: len(asked & _words(one.title)) for one in minutes}
    meant = [one for one in minutes if shared[one.document_id] == max(shared.values())]
    return [one for one in meant if one.held == max(its.held for its in meant)]


def _words(said: str) -> set[str]:
    return {word for word in words_of(_TIMES.sub(" ", said)) if len(word) > _SHORT and not _ANY_MEETING.fullmatch(word)}
