"""Word lists of our own, as sets of words without capitals. What each of them is for stands in words.toml."""

import tomllib
from importlib.resources import files
from typing import Final

_LISTS: Final = tomllib.loads((files("ratchet_trainer.privacy.finding") / "words.toml").read_text(encoding="utf-8"))


def _listed(name: str) -> frozenset[str]:
    words = _LISTS[name]
    return frozenset(words.split() if isinstance(words, str) else words)


DAYS: Final = _listed("days")
MONTHS: Final = _listed("months")
EVERYDAY: Final = _listed("everyday") | DAYS | MONTHS
DOUBTFUL: Final = _listed("doubtful")
PARTICLES: Final = _listed("particles")
HONORIFICS: Final = _listed("honorifics")
FAMILY: Final = _listed("family")
COUNTRIES: Final = _listed("countries")
PLACES_BEGIN: Final = _listed("places_begin")
PLACES_END: Final = _listed("places_end")
STREETS_AFTER: Final = _listed("streets_after")
STREETS_AFTER_TOO: Final = _listed("streets_after_too")
STREETS_BEFORE: Final = _listed("streets_before")
STREETS_BESIDE: Final = _listed("streets_beside")
STREETS_ENDINGS: Final = tuple(sorted(_listed("streets_endings")))
UNITS: Final = _listed("units")
COMPANY_FORMS: Final = _listed("company_forms")
COMPANY_FAMILIES: Final = _listed("company_families")
COMPANY_KINDS: Final = _listed("company_kinds")
COMPANY_LEADS: Final = _listed("company_leads")
PEOPLES: Final = _listed("peoples")
TRADES: Final = _listed("trades")
OPENERS: Final = _listed("openers")
CALLED: Final = _listed("called") | HONORIFICS
SPEAKS: Final = _listed("speaks")
PLACES_ENDINGS: Final = tuple(sorted(_listed("places_endings")))
