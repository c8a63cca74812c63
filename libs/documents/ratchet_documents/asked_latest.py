"""Which documents `the latest` and `the last quarter` mean: of each company those whose period ends last. Pure."""

import re
from collections.abc import Iterable, Set
from functools import lru_cache
from typing import Final

from ratchet_documents.asked_bounds import asked_for
from ratchet_documents.asked_companies import short_name
from ratchet_documents.asked_documents import About
from ratchet_documents.asked_times import LONGEST, span

_REPORTS: Final = (
    r"(?:(?:fiscal|annual|quarterly|interim|financial)\s+)?(?:quarter|half|year|period|report|filing|statement|result)"
)
_OTHER_REPORTS: Final = (  # German, French, Spanish
    r"(?:\w*(?:quartal|jahr|bericht|abschluss|ergebnis)\w*|trimestre|semestre|exercice|année|rapport|résultats?|comptes"
    r"|informe|ejercicio|año|resultados?)"
)
_OTHER_LATEST: Final = r"neueste[nrsm]?|aktuellste[nrsm]?|jüngste[nrsm]?|plus\s+récente?s?|más\s+recientes?"
_OTHER_LAST: Final = r"letzte[nrsm]?|aktuelle[nrsm]?|derniers?|dernières?|último|última"
_LATEST: Final = re.compile(
    rf"\b(?:latest|newest|most\s+recent|{_OTHER_LATEST}|(?:current|last)\s+{_REPORTS}|(?:{_OTHER_LAST})\s+{_OTHER_REPORTS})\b",
    re.I,
)
_LATEST_REPORT: Final = re.compile(
    rf"\b(?:(?:latest|newest|most\s+recent|current|last)\s+{_REPORTS}s?"
    rf"|(?:{_OTHER_LATEST}|{_OTHER_LAST})\s+{_OTHER_REPORTS}|{_OTHER_REPORTS}\s+(?:(?:le|la|les)\s+)?(?:{_OTHER_LATEST}))\b",
    re.I,
)
_LATEST_WORDS: Final = (
    rf"latest|newest|most\s+recent|last|{_OTHER_LATEST}|letzte[nrsm]?|derniers?|dernières?|último|última"
)
_CURRENT: Final = r"current|aktuelle[nrsm]?"
_LENGTHS: Final = (  # what is asked for, and the period of a document of it; the current year has no annual report
    (
        re.compile(
            rf"\b(?:{_LATEST_WORDS}|{_CURRENT})\s+(?:\w+\s+)?(?:annual|\w{{0,30}}jahr(?:es)?(?:bericht|abschluss)\w*|geschäftsbericht\w*"
            r"|rapports?\s+annuels?|informe\s+anual)\b"
            rf"|\b(?:{_LATEST_WORDS})\s+(?:\w+\s+)?(?:(?:fiscal|financial)\s+)?(?:year|\w{{0,30}}jahr(?:es)?|exercice|année|ejercicio|año)\b",
            re.I,
        ),
        re.compile(r"\d{4}"),
    ),
    (
        re.compile(
            rf"\b(?:{_LATEST_WORDS}|{_CURRENT})\s+(?:\w+\s+)?(?:(?:fiscal|financial)\s+)?(?:quarter(?:ly)?|\w{{0,30}}quartal\w*|trimestre)\b",
            re.I,
        ),
        re.compile(r"\d{4}-Q\d"),
    ),
)


def is_of_the_latest(question: str) -> bool:
    return asked_for(_LATEST, question[:LONGEST]) is not None


def the_latest_of(found: Iterable[About], question: str) -> tuple[list[About], str]:
    """Of each company; with a sentence. Among reports what has no period is of no time."""
    of_reports = asked_for(_LATEST_REPORT, question[:LONGEST]) is not None
    last: dict[str, str] = {}
    there = _of_its_length(list(found), question)
    dated = [one for one in there if _when(one)]
    for one in dated:
        name = short_name(one.company)
        last[name] = max(last.get(name, ""), _when(one))
    taken = {one.document_id for one in dated if _when(one) == last[short_name(one.company)]}
    timeless = {one.document_id for one in there} - {one.document_id for one in dated}
    said = "The question is about the latest period."
    if timeless and not (of_reports and taken):
        taken |= timeless
        said = "The question is about the latest period, and what is of no period is searched as well."
    return [one for one in there if one.document_id in taken], said


def _of_its_length(found: list[About], question: str) -> list[About]:
    """Of `the latest annual report` those of a year, of each company that has any; what is of no period stays. All,
    where both lengths are asked for.
    """
    asked = [period for words, period in _LENGTHS if asked_for(words, question[:LONGEST])]
    if len(asked) != 1:
        return found
    have = {short_name(one.company) for one in found if asked[0].fullmatch(one.period)}
    return [one for one in found if _stays(one, asked[0], have)]


def _stays(one: About, period: re.Pattern[str], have: Set[str]) -> bool:
    return not one.period or short_name(one.company) not in have or period.fullmatch(one.period) is not None


def _when(one: About) -> str:
    """When its period ends, where nothing says the day by the calendar; empty: it has none."""
    return one.period_end or _end_of(one.period)


@lru_cache(maxsize=4_096)
def _end_of(period: str) -> str:
    days = span(period)
    return str(days[1]) if days else ""
