"""What a question calls for, by its words: English, and German ones for measures and times.

What is named and not known is said, and not guessed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from ratchet_figures.choosing.german import SAID, in_english, is_german
from ratchet_figures.choosing.naming import compared_with, named, names_it
from ratchet_figures.choosing.request import Choice, Known, OfPrices, OfStatements
from ratchet_figures.choosing.rules import BENCHMARK_WORDS, ITEM_WORDS, OF_PRICES_RULES, OF_STATEMENTS_RULES, Rule
from ratchet_figures.choosing.settings import levels_in, per_year_in, risk_free_in, without_settings
from ratchet_figures.choosing.times import Time, times_of
from ratchet_figures.names import AT_A_LEVEL, BESIDE_A_BENCHMARK, CONTRIBUTION, GROWING, LEVEL

LONGEST: Final = 4_000  # characters of a question that are looked at
MOST_REQUESTS: Final = 40  # such as instruments times years times levels

_NEVER: Final = re.compile(
    r"\b(?:buy[\s-]and[\s-]hold|never\s+rebalanc\w+|without\s+rebalancing|not\s+rebalanced)\b", re.I
)
_GROWTH: Final = re.compile(r"\b(?:gr[eo]w(?:n|s|th|ing)?|increas\w+|development|trend)\b", re.I)
_CHANGE: Final = re.compile(
    r"\b(?:chang(?:ed?|es|ing)|develop(?:s|ed|ing)?|evolv(?:ed?|es|ing))\b", re.I
)  # of an item that is named
_RATIO: Final = "\0"  # in place of its name
_GROWTH_OF_RATIO: Final = re.compile(
    rf"\b(?:growth|increase|development|trend)\s+(?:of|in)\s+(?:\w+\s+)?{_RATIO}"
    rf"|{_RATIO}(?:\s+(?:has|have|had|been|still|also))*\s+(?:gr[eo]w[ns]?|increas\w+|trend)\b",
    re.I,
)
_COMPARES: Final = re.compile(
    r"\b(?:compar\w+|vs\.?|versus|which|whose|each|respectively|or|differ\w*|higher|lower|more|less|better|worse|\w+er\s+than)\b",
    re.I,
)


def chosen_by_rules(question: str, known: Known) -> Choice:
    """Figures of prices where there are instruments, of statements where there are companies."""
    asked = question[:LONGEST]
    german = is_german(asked)
    if german:
        asked = in_english(asked)
    times: Sequence[Time | None] = times_of(asked, known.last) or (None,)
    unknown = [said for time in times for said in _of_the_time(time, known)]
    requests: list[OfPrices | OfStatements] = []
    reasons: list[str] = []
    priced, why = _matched(without_settings(asked), OF_PRICES_RULES)
    if priced:
        wanted, missing = _of_prices(asked, priced, times, known)
        requests += wanted
        unknown += missing
        reasons += why if wanted else []
    ratios, why = _matched(asked, OF_STATEMENTS_RULES)
    growing = _growing(asked, priced=bool(priced))
    if ratios or growing:
        if known.companies:
            its = named(asked, known.companies)
            requests += [one for time in times for one in _of_statements(ratios, growing, its, time)]
            reasons += why + ([f"The question asks how {' and '.join(growing)} grew."] if growing else [])
        else:
            unknown.append("The question asks of statements, and there is no company with any.")
    if len(requests) > MOST_REQUESTS:
        unknown.append(
            f"The question asks for {len(requests)} things, and {MOST_REQUESTS} are computed: ask for fewer."
        )
        requests = requests[:MOST_REQUESTS]
    if not requests and not unknown:
        unknown.append("The question names no measure that is computed.")
    for time in times if requests else ():
        if time:
            reasons.append(f"The time is {_days(time, known)}, as the question says {time.said!r}.")
    return Choice(tuple(requests), (*([SAID] if german else ()), *reasons), tuple(unknown))


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
    question: str, measures: tuple[str, ...], times: Sequence[Time | None], known: Known
) -> tuple[list[OfPrices | OfStatements], list[str]]:
    if not known.instruments:
        return [], [f"The question asks for {', '.join(measures)}, and there are no prices."]
    benchmark, missing = _benchmark(question, known)
    held = tuple(name for name in named(question, known.instruments) if name != benchmark)
    alone = tuple(name for name in measures if name not in BESIDE_A_BENCHMARK)
    if benchmark is None and len(held) == 2 and len(alone) < len(measures):  # the correlation between two
        benchmark, held, missing = held[1], held[:1], []
    if benchmark is None and len(alone) < len(measures):
        if not missing:
            left = ", ".join(name for name in measures if name in BESIDE_A_BENCHMARK)
            missing = [f"{left} compares with a benchmark, and the question names none: say which."]
        measures = alone
    if not measures:
        return [], missing
    apart = len(held) > 1 and CONTRIBUTION not in measures and _COMPARES.search(question)
    each = [(one,) for one in held] if apart else [held]
    which: list[tuple[tuple[str, ...], tuple[str, ...], str | None]] = [(measures, its, benchmark) for its in each]
    same = tuple(name for name in alone if name != CONTRIBUTION)
    if benchmark and benchmark in known.instruments and same and names_it(question, benchmark, known.instruments):
        which.append((same, (benchmark,), None))
    return [one for its in which for time in times for one in _at_each_level(question, *its, time)], missing


def _at_each_level(
    question: str, measures: tuple[str, ...], instruments: tuple[str, ...], benchmark: str | None, time: Time | None
) -> Iterator[OfPrices]:
    """All of them at the first level that is named; at the others what is of a level."""
    at_a_level = tuple(name for name in measures if name in AT_A_LEVEL)
    first, *more = levels_in(question) if at_a_level else (LEVEL,)
    asked = OfPrices(
        measures,
        instruments,
        benchmark,
        time.first if time else None,
        time.last if time else None,
        first,
        risk_free_in(question) or 0.0,
        "never" if _NEVER.search(question) else "each_period",
        per_year_in(question),
    )
    yield asked
    yield from (replace(asked, measures=at_a_level, level=level) for level in more)


def _of_statements(
    ratios: tuple[str, ...], growing: tuple[str, ...], companies: tuple[str, ...], time: Time | None
) -> Iterator[OfStatements]:
    """Ratios from one year to another are of both."""
    yield OfStatements(ratios, growing, companies, *((time.first, time.last) if time else (None, None)))
    for first, last in time.ends if time and ratios else ():
        yield OfStatements(ratios, (), companies, first, last)


def _benchmark(question: str, known: Known) -> tuple[str | None, list[str]]:
    name, other = compared_with(question, known.instruments)
    if name:
        return name, []
    if known.benchmark and (names_it(question, known.benchmark) or BENCHMARK_WORDS.search(question)):
        return known.benchmark, []
    return None, [f"The question compares with {other}, of which there are no prices."] if other else []


def _growing(question: str, *, priced: bool) -> tuple[str, ...]:
    """Items whose growth is asked for; the usual ones where none is named. Those in the name of a ratio are none."""
    for rule in OF_STATEMENTS_RULES:
        question = rule.words.sub(_RATIO, question)
    items = tuple(dict.fromkeys(item for item, words in ITEM_WORDS if words.search(question)))
    if _GROWTH.search(question):
        return items or (() if priced or _GROWTH_OF_RATIO.search(question) else GROWING)
    return items if _CHANGE.search(question) else ()


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
