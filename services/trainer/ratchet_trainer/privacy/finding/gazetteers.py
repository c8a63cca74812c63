"""Lists of names of persons, places and trades, out of libraries (ADR 21): many languages, no data of our own.

Read once a process, in half a second, and by worker processes only. Faker itself is not started: its lists are
attributes of modules, and those are all that is imported.
"""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import ModuleType
from typing import Any, Final

import airportsdata
from faker.providers import address, company, job, lorem, person

from ratchet_trainer.privacy.finding.words import COUNTRIES, EVERYDAY

Names = frozenset[str]

SHORTEST: Final = 3  # letters: shorter ones are mostly words
ENDING, OFTEN = 4, 4  # letters that many last names end in
_PLACES: Final = (
    "cities city_names localities municipalities real_city_names metropolitan_cities towns countries states provinces "
    "regions departments prefectures counties cantons"
)


@cache
def first_names() -> Names:
    return _names(person, lambda attribute: "first_" in attribute or "middle_name" in attribute)


@cache
def last_names() -> Names:
    return _names(person, lambda attribute: "last_" in attribute)


@cache
def surname_endings() -> Names:
    """What many last names end in and no common word does: a capitalised word that ends so may be one."""
    endings = Counter(name[-ENDING:] for name in last_names() if len(name) > ENDING)
    common = {word[-ENDING:] for word in common_words()}
    return frozenset(ending for ending, times in endings.items() if times >= OFTEN and ending not in common)


@cache
def places() -> Names:
    """Those of Faker's addresses, and each town with an airport: of those people speak abroad."""
    towns = frozenset(airport["city"].strip().casefold() for airport in airportsdata.load("IATA").values())
    listed = _names(address, lambda attribute: attribute.startswith(tuple(_PLACES.split())), phrases=True)
    return listed | countries() | frozenset(town for town in towns if len(town) >= SHORTEST)


@cache
def countries() -> Names:
    """And the states of the USA: what is one of these is nobody's name by itself."""
    states = {name.casefold() for name in _provider(address, "en_US").states}
    return _names(address, lambda attribute: attribute == "countries", phrases=True) | states | COUNTRIES


@cache
def trades() -> Names:
    """Such as "accountant, chartered", and the first part of it."""
    english = (name for name in _names(job, lambda attribute: attribute == "jobs", phrases=True) if name.isascii())
    return frozenset(part for name in english for part in (name, name.partition(",")[0]))


@cache
def common_words() -> Names:
    """English words that begin sentences and stand in headings, and that are no name because of that."""
    business = {word for words in company.Provider.catch_phrase_words + company.Provider.bsWords for word in words}
    listed = {word.casefold() for words in (business, _provider(lorem, "en_US").word_list) for word in words}
    return frozenset(listed) | EVERYDAY


def _names(package: ModuleType, wanted: Callable[[str], bool], *, phrases: bool = False) -> Names:
    found = set()
    for name in set(_listed(package, wanted)):  # each language's list repeats much of another's
        folded = name.strip().casefold()
        if len(folded) < SHORTEST:
            continue
        if folded.isalpha():  # one word
            found.add(folded)
        elif not any(map(str.isdigit, folded)):
            found.add(folded)
            if not phrases:
                found.update(part for part in folded.split() if len(part) >= SHORTEST)
    return frozenset(found)


def _listed(package: ModuleType, wanted: Callable[[str], bool]) -> Iterator[str]:
    for module in pkgutil.iter_modules(package.__path__):
        for attribute, values in vars(_provider(package, module.name)).items():
            if wanted(attribute) and isinstance(values, tuple | list | Mapping):
                yield from (value for value in values if isinstance(value, str))


def _provider(package: ModuleType, locale: str) -> Any:
    return importlib.import_module(f"{package.__name__}.{locale}").Provider
