"""The period that a report is about, and the day on which it ends."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from ratchet_documents.metadata.dates import days_with_ends
from ratchet_documents.metadata.sources import Found, Source

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SHORT = r"(?P<short>\d\d)"
_FY = r"(?:FY|fiscal(?:\s+year)?)?[\s_-]*"
_OF = r"(?:of\s+)?(?:the\s+)?(?:fiscal\s+)?(?:year\s+)?(?:FY[\s_-]*)?"
_NTH = (  # the beginnings of words
    *(
        ("first", 1),
        ("second", 2),
        ("third", 3),
        ("fourth", 4),
        ("erste", 1),
        ("zweite", 2),
        ("dritte", 3),
        ("vierte", 4),
    ),
    *(
        ("prem", 1),
        ("prim", 1),
        ("deux", 2),
        ("seg", 2),
        ("trois", 3),
        ("ter", 3),
        ("quat", 4),
        ("cuart", 4),
        ("quart", 4),
    ),
)
# French, Spanish, Italian, Portuguese: `3e`, `2ème`, `1er`, `3.º`, `1.er`
_ROMANCE = (
    r"premier|deuxième|troisième|quatrième|primer|segundo|tercer|cuarto|primo|secondo|terzo|quarto|primeiro|terceiro|second"
    r"|[1-4](?:ère|ème|er|re|nd|e|\.?[ºª°]|\.(?:er|o|º)|º|°)"
)
_OF_ROMANCE = (
    r"(?:d[eu]l?\s+)?(?:l['’]\s*)?(?:(?:année|exercice|año|ejercicio|anno|esercizio|ano)\s+)?(?:fiscale?\s+)?(?:de\s+)?"
)
_NAMED = (
    re.compile(rf"\bQ(?P<quarter>[1-4])[\s,/_’'-]*(?:of\s+)?{_FY}{_YEAR}\b", re.I),
    re.compile(rf"\bQ(?P<quarter>[1-4])[\s,/_-]*(?:of\s+)?(?:FY[\s_-]*[’']?|[’']){_SHORT}\b", re.I),
    re.compile(rf"\b(?:FY[\s_-]*)?{_YEAR}[\s,/_-]*Q(?P<quarter>[1-4])\b", re.I),
    re.compile(rf"\b(?P<quarter>[1-4])Q[\s_-]*(?:{_FY}{_YEAR}|(?:FY[\s_-]*)?[’']?{_SHORT})\b", re.I),
    re.compile(rf"\b(?P<word>first|second|third|fourth|1st|2nd|3rd|4th)[\s-]+quarter\s+{_OF}{_YEAR}\b", re.I),
    re.compile(
        rf"\b(?P<word>(?:erste|zweite|dritte|vierte)[nrs]?|[1-4]\.)\s*Quartal\s+(?:des\s+Jahres\s+)?{_YEAR}\b", re.I
    ),
    re.compile(rf"\b(?P<word>{_ROMANCE})\s*trimestre\s+{_OF_ROMANCE}{_YEAR}\b", re.I),
    re.compile(rf"\bT(?P<quarter>[1-4])[\s,/_-]*(?:d[eu]l?\s+)?{_YEAR}\b"),
    re.compile(rf"\b{_YEAR}[\s,/_-]*T(?P<quarter>[1-4])\b"),
    re.compile(rf"\b(?P<quarter>[1-4])T[\s_-]*(?:{_YEAR}|[’']?{_SHORT})\b"),
    re.compile(rf"\bH(?P<half>[12])[\s,/_-]*(?:of\s+)?{_FY}{_YEAR}\b", re.I),
    re.compile(rf"\bH(?P<half>[12])[\s,/_-]*(?:FY[\s_-]*[’']?|[’']){_SHORT}\b", re.I),
    re.compile(rf"\b{_YEAR}[\s,/_-]*H(?P<half>[12])\b", re.I),
    re.compile(rf"\b(?P<half>[12])H[\s_-]*(?:{_FY}{_YEAR}|(?:FY[\s_-]*)?[’']?{_SHORT})\b", re.I),
    re.compile(rf"\b(?P<of_two>first|second|1st|2nd)[\s-]+half(?:[\s-]+year)?\s+{_OF}{_YEAR}\b", re.I),
    re.compile(rf"\b(?P<of_two>(?:erste|zweite)[nrs]?|[12]\.)\s*Halbjahr\s+(?:des\s+Jahres\s+)?{_YEAR}\b", re.I),
    re.compile(rf"\b(?P<of_two>{_ROMANCE})\s*semestre\s+{_OF_ROMANCE}{_YEAR}\b", re.I),
    re.compile(
        rf"\b(?:FY[\s_-]*[’']?|fiscal\s+(?:year\s+)?|(?:full|calendar)[\s-]+year\s+|annual\s+report\s+(?:for\s+|of\s+)?"
        rf"|(?:Geschäftsjahr(?:es)?|Geschäftsbericht|Jahresbericht|Jahresabschluss|Konzernabschluss|exercice|rapport\s+annuel"
        rf"|comptes\s+(?:annuels|consolidés)|ejercicio|año\s+fiscal|esercizio)\s+){_YEAR}\b",
        re.I,
    ),
    re.compile(rf"\bFY[\s_-]*[’']?{_SHORT}\b", re.I),
)
_ENDED = re.compile(
    r"\b(?P<what>quarterly\s+period|quarter|three\s+months|fiscal\s+year|year|twelve\s+months|six\s+months|nine\s+months"
    r"|period)\s+end(?:ed|ing)\s+(?:on\s+)?",
    re.I,
)
_LAST_CENTURY = 70  # years of two digits from here on
_NEAR = 3  # characters between `ended` and its day
_A_DAY = 40  # characters that it is looked for in
_BY_CALENDAR = "By the calendar quarter in which the period ends; a fiscal year of another shape numbers it otherwise."


def period_end(pages: Iterable[Source]) -> Found | None:
    found = _ending(pages)
    return None if found is None else Found(found[1].isoformat(), "text", found[2])


def period(titles: Iterable[Source], pages: Iterable[Source]) -> Found | None:
    """`2022-Q3`, `2022-H1` or `2022`: as a title names it, else by the day of its end, else as the text names it."""
    for source in titles:
        if named := _named(source.text):
            return Found(named, source.place, source.page)
    pages = list(pages)
    if (found := _ending(pages)) is not None:
        what, end, page = found
        if "year" in what or "twelve" in what:
            return Found(str(end.year), "text", page)
        if what != "six months" and what != "nine months" and what != "period":
            return Found(f"{end.year}-Q{(end.month + 2) // 3}", "text", page, _BY_CALENDAR)
    for source in pages:
        if named := _named(source.text):
            return Found(named, source.place, source.page)
    return None


def _ending(pages: Iterable[Source]) -> tuple[str, date, int] | None:
    """What ends, when, and on which page that stands: the first that is said."""
    for source in pages:
        for _, _, what, day in ended_in(source.text):
            return what, day, source.page
    return None


def ended_in(text: str) -> Iterator[tuple[int, int, str, date]]:
    """Where `three months ended June 25, 2022` begins and ends, what ends, and when."""
    for ended in _ENDED.finditer(text):
        near = text[ended.end() : ended.end() + _A_DAY]
        start, end, day = next(days_with_ends(near), (-1, -1, None))
        if day is not None and start <= _NEAR:
            yield ended.start(), ended.end() + end, " ".join(ended["what"].casefold().split()), day


def periods_in(text: str) -> list[str]:
    """All that are named, in the form of `period`, each once. A year within a quarter that is named is not another."""
    return list(dict.fromkeys(name for _, _, name in named_in(text)))


def named_in(text: str) -> list[tuple[int, int, str]]:
    """Where each begins and ends, and in the form of `period`, in their order."""
    found: list[tuple[int, int, str]] = []
    for pattern in _NAMED:
        for match in pattern.finditer(text):
            if not any(start < match.end() and match.start() < end for start, end, _ in found):
                found.append((match.start(), match.end(), _told(match)))
    return sorted(found)


def _named(text: str) -> str:
    for pattern in _NAMED:
        if found := pattern.search(text):
            return _told(found)
    return ""


def _told(found: re.Match[str]) -> str:
    parts = found.groupdict()
    year = parts.get("year") or _century(parts["short"])
    if quarter := parts.get("quarter"):
        return f"{year}-Q{quarter}"
    if word := parts.get("word"):
        return f"{year}-Q{_nth(word)}"
    if half := parts.get("half"):
        return f"{year}-H{half}"
    if word := parts.get("of_two"):
        return f"{year}-H{_nth(word)}"
    return year


def _century(short: str) -> str:
    return f"20{short}" if int(short) < _LAST_CENTURY else f"19{short}"


def _nth(word: str) -> int:
    """`3rd`, `3.`, `third`, `dritten`."""
    return int(word[0]) if word[0].isdigit() else next(its for name, its in _NTH if word.casefold().startswith(name))
