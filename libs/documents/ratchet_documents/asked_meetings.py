"""Which minutes a question is about: by the day on which they met, or as the latest of their kind. Pure."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from ratchet_documents.asked_bounds import asked_for, is_before, is_since
from ratchet_documents.asked_companies import NAMES, words_of
from ratchet_documents.asked_times import AHEAD, LONGEST, times_in
from ratchet_documents.metadata.dates import days_with_ends, days_without_a_year
from ratchet_documents.metadata.months import MONTH

_ANY: Final = (
    r"(?:meetings?|minutes|(?<!-)[\w-]{0,30}(?:besprechung|sitzung|treffen)(?:en)?|protokolle?s?|réunions?|reuni[oó]n(?:es)?"
    r"|riunion[ei]|actas?)"
)
# A kind counts where minutes are like the question in anything: a trading session, or a bond's call, has none.
_KIND: Final = (
    r"(?:stand-?ups?|retrospectives?|retros?|workshops?|sessions?|calls?(?!\s+(?:dates?|options?|prices?|premiums?)\b)"
    r"|(?:board|committee)(?=\s*(?:[?!.,;:]|\Z)))"
)
_MEETING: Final = rf"(?:(?P<any>{_ANY})|(?P<kind>{_KIND}))"
_BETWEEN: Final = (
    r"\s+(?:(?!(?:of|on|in|to|for|about|from|by|with|at|and|or|der|des|von|de|du)\s)[^\W\d_][\w-]{0,40}\s+){0,3}?"
)
_MANY: Final = r"(?:\s+(?P<many>two|three|zwei|drei|deux|trois|dos|tres|\d{1,2}))?"
_OF: Final = r"(?P<of>(?:\s+(?:of|on|for|with|der|des|von|de|du|del)(?:\s+[\w-]{1,40}){1,5})?)"
_LATEST: Final = re.compile(
    r"\b(?:last|latest|newest|most\s+recent|letzte[nrsm]?|neueste[nrsm]?|jüngste[nrsm]?|dernières?|últimas?|ultimas?)"
    rf"{_MANY}{_BETWEEN}{_MEETING}\b{_OF}",
    re.I,
)
_NEXT: Final = re.compile(
    r"\b(?:next|upcoming|nächste[nrsm]?|kommende[nrsm]?|prochaines?|próximas?|prossim[ae])"
    rf"{_MANY}{_BETWEEN}{_MEETING}\b{_OF}",
    re.I,
)
_SEVERAL: Final = re.compile(
    r"(?:meeting|stand-?up|retro|retrospective|workshop|session|call|réunion)s|reuniones|[\w-]*(?:sitzung|besprechung)en",
    re.I,
)
_NUMBERS: Final = (frozenset(("two", "zwei", "deux", "dos")), frozenset(("three", "drei", "trois", "tres")))  # from 2
_OF_A_MEETING: Final = re.compile(rf"\b(?:{_ANY}|{_KIND}|board|committee)\b", re.I)
_SAID_AT_ONE: Final = re.compile(
    r"\b(?:decid(?:ed?|es|ing)|decisions?|agreed?|discuss(?:ed|ion|ions)?|attend(?:ed|ees?|ance)?|present|met|approv(?:ed?|al)"
    r"|resolved|resolutions?|reached|outcomes?|voted?|votes|action\s+items?|raised|assigned"
    r"|beschl[uo]ss\w*|beschlüsse|entschieden|entscheidung\w*|besprochen|vereinbart|teilgenommen|teilnehmer\w*|anwesend"
    r"|décid\w+|décisions?|discuté\w*|convenu|présents?|decidi\w+|acord\w+|acuerdos?|discuti\w+|asisti\w+|presentes)\b",
    re.I,
)
_TOPIC: Final = re.compile(  # what was spoken of, and not who met
    r"\b(?:about|on|regarding|concerning|über|zu[mr]?|sur|sobre)\s[^?.!,;]*?(?=\s(?:at|in|during|auf|bei|en)\s|[?.!,;]|\Z)",
    re.I,
)
_ANY_MEETING: Final = re.compile(
    r"meetings?|minutes|of|the|was|were|and|for|from|with|our|der|die|das|den|und|für|von|des|les|las|los|pour", re.I
)
_TIMES: Final = re.compile(rf"\b{MONTH}\b|\d+", re.I)
_SHORT: Final = 2  # letters: words of no more tell nothing


class Minutes(NamedTuple):
    """`held`: the day, as `2026-03-12`. `file`: its name, without the ending."""

    document_id: str
    title: str
    held: str
    file: str = ""


def asks_of_a_meeting(question: str) -> bool:
    """Or what is done at one: a contract of the day of a meeting is not in its minutes."""
    asked = question[:LONGEST]
    return _OF_A_MEETING.search(asked) is not None or _SAID_AT_ONE.search(asked) is not None


def of_the_day(question: str, minutes: Iterable[Minutes]) -> list[Minutes]:
    """Those of a day that it names, with its year or without, unless as one that is still to come, or that bounds what
    is asked. None where it asks of no meeting.
    """
    if not asks_of_a_meeting(question):
        return []
    days, of_any_year = _days(question)
    return [one for one in minutes if one.held in days or one.held[5:] in of_any_year]


def days_without_minutes(question: str, minutes: Iterable[Minutes]) -> list[str]:
    """Of a question about a meeting, or what is done at one: the days that it names, and of which there are none."""
    held = {one.held for one in minutes}
    if not held or not asks_of_a_meeting(question):
        return []
    return sorted(_days(question)[0] - held)


def the_latest(question: str, minutes: Iterable[Minutes]) -> list[Minutes]:
    """The last ones, or as many as are asked for, where the question is about these, of those whose titles and files
    are most like it: `the last meeting of the board` is not the stand-up of today, and `the last one in March` none of
    April. Of the next one the last minutes of each kind may tell. None where it is about neither.
    """
    asked = question[:LONGEST]
    ahead = asked_for(_NEXT, asked)
    said = ahead or asked_for(_LATEST, asked)
    meant = _of_the_times(asked, minutes) if said else []
    if said is None or (said["kind"] and not _is_there(said, asked, meant)):
        return []
    return list(dict.fromkeys(_of(said, asked, meant, each=bool(ahead))))


def _of(said: re.Match[str], asked: str, minutes: Sequence[Minutes], *, each: bool) -> Iterator[Minutes]:
    """Most like what stands beside `last`, and then the rest; and most like all that is asked: what it is about may be
    the name of a kind of meeting, too.
    """
    beside, rest = _words(said[0]), _words(_TOPIC.sub(" ", asked.replace(said[0], " ")))
    for like in (_most_like(_most_like(minutes, beside), rest), _most_like(minutes, _words(asked))):
        kinds = defaultdict[frozenset[str], list[Minutes]](list)
        for one in like:
            kinds[_called(one.title) if each else frozenset()].append(one)
        for its in kinds.values():
            yield from _last(its, 1 if each else _many(said))


def _many(said: re.Match[str]) -> int | None:
    """None: `the last meetings` are all of them."""
    if many := said["many"]:
        return int(many) if many.isdigit() else next(at for at, its in enumerate(_NUMBERS, 2) if many.casefold() in its)
    return None if _SEVERAL.fullmatch(said["any"] or said["kind"]) else 1


def _is_there(said: re.Match[str], asked: str, minutes: Iterable[Minutes]) -> bool:
    kind, words = re.sub(r"\W", "", said["kind"]).casefold().removesuffix("s"), _words(asked)
    called = [f"{one.title} {one.file}" for one in minutes]
    return any(kind in re.sub(r"\W", "", one).casefold() or words & _called(one) for one in called)


def _days(question: str) -> tuple[set[str], set[str]]:
    asked = question[:LONGEST]
    if AHEAD.search(asked):
        return set(), set()
    return (
        {str(day) for start, _, day in days_with_ends(asked) if not _bounds(asked, start)},
        {f"{month:02d}-{day:02d}" for start, month, day in days_without_a_year(asked) if not _bounds(asked, start)},
    )


def _bounds(asked: str, at: int) -> bool:
    return is_since(asked, at) or is_before(asked, at)


def _of_the_times(question: str, minutes: Iterable[Minutes]) -> list[Minutes]:
    times = [(str(one.first), str(one.last)) for one in times_in(question)]
    return [one for one in minutes if not times or any(first <= one.held <= last for first, last in times)]


def _most_like(minutes: Sequence[Minutes], words: set[str]) -> list[Minutes]:
    shared = [len(words & _called(f"{one.title} {one.file}")) for one in minutes]
    most = max(shared, default=0)
    return [one for one, its in zip(minutes, shared, strict=True) if its == most]


def _last(minutes: Sequence[Minutes], many: int | None) -> list[Minutes]:
    days = sorted({one.held for one in minutes}, reverse=True)[:many]
    return [one for one in minutes if one.held in days]


@lru_cache(maxsize=2 * NAMES)  # the same minutes are looked at for each question
def _called(name: str) -> frozenset[str]:
    return frozenset(_words(name))


def _words(said: str) -> set[str]:
    return {word for word in words_of(_TIMES.sub(" ", said)) if len(word) > _SHORT and not _ANY_MEETING.fullmatch(word)}
