"""Which minutes a question is about: by the day on which they met, or as the latest of their kind. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ratchet_documents.asked_companies import words_of
from ratchet_documents.asked_times import AHEAD, times_in
from ratchet_documents.metadata.dates import days_in, days_without_a_year
from ratchet_documents.metadata.months import MONTH

_MEETING: Final = (
    r"(?:meetings?|minutes|stand-?ups?|retrospectives?|retros?|workshops?|calls?|board|committee|sessions?"
    r"|[\w-]*(?:besprechung|sitzung|treffen)|protokolls?|réunions?|reuni[oó]n(?:es)?|riunion[ei]|actas?)"
)
_BEFORE: Final = r"\s+(?:[^\W\d_][\w-]*\s+){0,3}?"
_LATEST: Final = re.compile(
    r"\b(?:last|latest|newest|most\s+recent|letzte[nrsm]?|neueste[nrsm]?|jüngste[nrsm]?|dernière|última|ultima)"
    rf"{_BEFORE}{_MEETING}\b",
    re.I,
)
_NEXT: Final = re.compile(
    rf"\b(?:next|upcoming|nächste[nrsm]?|kommende[nrsm]?|prochaine|próxima|prossima){_BEFORE}{_MEETING}\b", re.I
)
_OF_A_MEETING: Final = re.compile(rf"\b{_MEETING}\b", re.I)
_ANY_MEETING: Final = re.compile(r"meetings?|minutes|of|the|was|were", re.I)
_TIMES: Final = re.compile(rf"\b{MONTH}\b|\d+", re.I)
_SHORT: Final = 2  # letters: words of no more tell nothing


class Minutes(NamedTuple):
    """`held`: the day, as `2026-03-12`. `file`: its name, without the ending."""

    document_id: str
    title: str
    held: str
    file: str = ""


def of_the_day(question: str, minutes: Iterable[Minutes]) -> list[Minutes]:
    """Those of a day that it names, with its year or without, unless as one that is still to come."""
    days, of_any_year = _days(question)
    return [one for one in minutes if one.held in days or one.held[5:] in of_any_year]


def days_without_minutes(question: str, minutes: Iterable[Minutes]) -> list[str]:
    """Of a question about a meeting: the days that it names, on which none was held of which there are minutes."""
    held = {one.held for one in minutes}
    if not held or not _OF_A_MEETING.search(question):
        return []
    return sorted(_days(question)[0] - held)


def the_latest(question: str, minutes: Iterable[Minutes]) -> list[Minutes]:
    """The last ones, where the question is about these, of those whose titles and files have most of its words: `the
    last meeting of the board` is not the stand-up of today, and `the last one in March` none of April. Of the next one
    the last minutes of each kind may tell. None where it is about neither.
    """
    is_of_the_next = bool(_NEXT.search(question))
    if not is_of_the_next and not _LATEST.search(question):
        return []
    meant = _most_like(question, _of_the_times(question, minutes))
    if not is_of_the_next:
        return _last(meant)
    kinds = defaultdict[frozenset[str], list[Minutes]](list)
    for one in meant:
        kinds[frozenset(_words(one.title))].append(one)
    return [one for its in kinds.values() for one in _last(its)]


def _days(question: str) -> tuple[set[str], set[str]]:
    if AHEAD.search(question):
        return set(), set()
    return (
        {str(day) for _, day in days_in(question)},
        {f"{month:02d}-{day:02d}" for month, day in days_without_a_year(question)},
    )


def _of_the_times(question: str, minutes: Iterable[Minutes]) -> list[Minutes]:
    times = [(str(one.first), str(one.last)) for one in times_in(question)]
    return [one for one in minutes if not times or any(first <= one.held <= last for first, last in times)]


def _most_like(question: str, minutes: Sequence[Minutes]) -> list[Minutes]:
    asked = _words(question)
    shared = {one.document_id: len(asked & _words(f"{one.title} {one.file}")) for one in minutes}
    return [one for one in minutes if shared[one.document_id] == max(shared.values())]


def _last(minutes: Sequence[Minutes]) -> list[Minutes]:
    return [one for one in minutes if one.held == max(its.held for its in minutes)]


def _words(said: str) -> set[str]:
    return {word for word in words_of(_TIMES.sub(" ", said)) if len(word) > _SHORT and not _ANY_MEETING.fullmatch(word)}
