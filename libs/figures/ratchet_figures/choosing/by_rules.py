"""What a question calls for, by its words. English. What is named and not known is said, and not guessed."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ratchet_figures.choosing.request import Choice, Known, OfPrices, OfStatements
from ratchet_figures.choosing.rules import BENCHMARK_WORDS, ITEM_WORDS, OF_PRICES_RULES, OF_STATEMENTS_RULES, Rule
from ratchet_figures.choosing.times import Time, time_of
from ratchet_figures.names import AT_A_LEVEL, BESIDE_A_BENCHMARK, GROWING, LEVEL

LONGEST: Final = 4_000  # characters of a question that are looked at

_AGAINST: Final = (
    r"(?:against|versus|vs\.?|relative\s+to|compared\s+(?:to|with)|beside|beats?|than|with\s+respect\s+to)"
)
_TICKER: Final = re.compile(rf"\b(?i:{_AGAINST})\s+(?:the\s+)?([A-Z][A-Z.]{{1,5}})\b")
_AT: Final = re.compile(r"\b(\d{2}(?:\.\d{1,2})?)\s?(?:%|percent|per\s?cent)", re.I)
_RISK_FREE: Final = re.compile(r"\brisk[\s-]?free\D{0,30}?(\d{1,2}(?:\.\d{1,3})?)\s?(?:%|percent)", re.I)
_NEVER: Final = re.compile(
    r"\b(?:buy[\s-]and[\s-]hold|never\s+rebalanc\w+|without\s+rebalancing|not\s+rebalanced)\b", re.I
)
_GROWTH: Final = re.compile(r"\b(?:gr[eo]w(?:n|s|th|ing)?|increas\w+|develop(?:ed|ment)|trend)\b", re.I)


def chosen_by_rules(question: str, known: Known) -> Choice:
    """Figures of prices where there are instruments, of statements where there are companies."""
    asked = question[:LONGEST]
    time = time_of(asked, known.last)
    unknown = list(_of_the_time(time, known))
    requests: list[OfPrices | OfStatements] = []
    reasons: list[str] = []
    priced, why = _matched(asked, OF_PRICES_RULES)
    if priced:
        wanted, missing = _of_prices(asked, priced, time, known)
        requests += wanted
        unknown += missing
        reasons += why if wanted else []
    ratios, why = _matched(asked, OF_STATEMENTS_RULES)
    growing = _growing(asked, priced=bool(priced))
    if ratios or growing:
        if known.companies:
            named = tuple(name for name in known.companies if _names(asked, name))
            first, last = (time.first, time.last) if time else (None, None)
            requests.append(OfStatements(ratios, growing, named, first, last))
            reasons += why + ([f"The question asks how {' and '.join(growing)} grew."] if growing else [])
        else:
            unknown.append("The question asks of statements, and there is no company with any.")
    if not requests and not unknown:
        unknown.append("The question names no measure that is computed.")
    if requests and time:
        reasons.append(f"The time is {_days(time, known)}, as the question says {time.said!r}.")
    return Choice(tuple(requests), tuple(reasons), tuple(unknown))


def _matched(question: str, rules: Sequence[Rule]) -> tuple[tuple[str, ...], list[str]]:
    """What a rule names closely keeps a wider one, such as all margins, away."""
    found: dict[str, None] = {}
    reasons: list[str] = []
    taken: set[str] = set()
    for rule in rules:
        said = rule.words.search(question)
        if said and not (rule.wide and rule.family in taken):
            taken.add(rule.family)
            found.update(dict.fromkeys(rule.measures))
            reasons.append(f"The question says {said[0]!r}: {', '.join(rule.measures)}.")
    return tuple(found), reasons


def _of_prices(
    question: str, measures: tuple[str, ...], time: Time | None, known: Known
) -> tuple[list[OfPrices | OfStatements], list[str]]:
    if not known.instruments:
        return [], [f"The question asks for {', '.join(measures)}, and there are no prices."]
    benchmark, missing = _benchmark(question, known)
    held = tuple(name for name in known.instruments if name != benchmark and _names(question, name))
    alone = tuple(name for name in measures if name not in BESIDE_A_BENCHMARK)
    if benchmark is None and len(alone) < len(measures):
        if not missing:
            left = ", ".join(name for name in measures if name in BESIDE_A_BENCHMARK)
            missing = [f"{left} compares with a benchmark, and the question names none: say which."]
        measures = alone
    if not measures:
        return [], missing
    level, risk_free = _level(question, measures), _RISK_FREE.search(question)
    first, last = (time.first, time.last) if time else (None, None)

    def asked(its: tuple[str, ...], instruments: tuple[str, ...], beside: str | None) -> OfPrices:
        rate = float(risk_free[1]) / 100 if risk_free else 0.0
        return OfPrices(
            its, instruments, beside, first, last, level, rate, "never" if _NEVER.search(question) else "each_period"
        )

    requests: list[OfPrices | OfStatements] = [asked(measures, held, benchmark)]
    same = tuple(name for name in alone if name != "contribution")
    if benchmark and benchmark in known.instruments and same and _names(question, benchmark):
        requests.append(asked(same, (benchmark,), None))
    return requests, missing


def _benchmark(question: str, known: Known) -> tuple[str | None, list[str]]:
    for name in known.instruments:
        if re.search(rf"\b(?:{_AGAINST})\s+(?:the\s+)?{re.escape(name)}(?!\w)", question, re.I):
            return name, []
    if known.benchmark and (_names(question, known.benchmark) or BENCHMARK_WORDS.search(question)):
        return known.benchmark, []
    if (ticker := _TICKER.search(question)) and ticker[1] not in known.instruments:
        return None, [f"The question compares with {ticker[1]}, of which there are no prices."]
    return None, []


def _level(question: str, measures: Sequence[str]) -> float:
    if any(name in AT_A_LEVEL for name in measures):
        for found in _AT.finditer(question):
            if 50 < float(found[1]) < 100:
                return float(found[1]) / 100
    return LEVEL


def _growing(question: str, *, priced: bool) -> tuple[str, ...]:
    """Items whose growth is asked for; the usual ones where none is named."""
    if not _GROWTH.search(question):
        return ()
    named = tuple(dict.fromkeys(item for item, words in ITEM_WORDS if words.search(question)))
    return named or (() if priced else GROWING)


def _of_the_time(time: Time | None, known: Known) -> Iterator[str]:
    if time is None:
        return
    if time.first and time.first > known.last:
        yield f"The question is about {time.said!r}, and the data ends on {known.last}."
    elif known.first and time.last and time.last < known.first:
        yield f"The question is about {time.said!r}, and the data begins on {known.first}."


def _days(time: Time, known: Known) -> str:
    first = time.first or known.first
    return f"{first or 'the beginning'} to {time.last or known.last}"


def _names(question: str, name: str) -> bool:
    """As it is written where it is short, since `ALL` and `IT` are words as well."""
    flags = 0 if len(name) <= 5 and name.isupper() else re.I
    return bool(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", question, flags))
