"""What has digits and is no figure: dates, years, quarters, marks of citation, numbers of pages, sections and lists,
names of products, files and forms. Pure.

Each is blanked in place, so that what is left stands where it stood.
"""

import re
from collections.abc import Collection, Iterator
from typing import Final

from ratchet_figures.checking.units import SCALE

BLANK: Final = "\ue000"  # neither a word's character nor a space

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?|Januar|Februar|März|Mai|Juni|Juli|Oktober|Dezember|janvier|février|mars|avril|mai|juin"
    r"|juillet|août|septembre|octobre|novembre|décembre)\.?"
)
_YEAR = r"(?:19|20)\d\d"
_NO_UNIT = (
    r"(?![.,]?\d|\s?(?:%|percent\b|per\s?cent\b|x\b|×|thousand\b|million\b|billion\b|trillion\b|bn\b|mn\b|mio\b|mrd\b"
    r"|milliard|prozent|pour\s?cent|basis))"
)
_LIST = r"\d{1,4}[A-Za-z]?(?:\s?(?:[-–,;&]|and|to)\s?\d{1,4}[A-Za-z]?)*"
_PAGES = rf"(?:pp?\.|pages?|pgs?\.|Seiten?|S\.)\s?{_LIST}"

_HAS_AMOUNT = r"[^\][\n]{0,120}?(?:\d\s?(?:%|percent|thousand|million|billion|mn\b|bn\b)|[$€£¥]\s?\d)"

_ALWAYS: Final = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"https?://\S+|\bwww\.\S+|(?<!\S)\S{1,80}@\S{1,80}", 0),
        (r"(?<![\w.-])[\w.-]{0,80}\d[\w.-]{0,80}\.(?:pdf|docx?|xlsx?|csv|html?|md|txt)\b", re.I),
        (rf"\[(?!\d{{1,3}},\d{{3}}\])\d{{1,3}}(?:\s?[,;–-]\s?\d{{1,3}})*\](?!\s?(?:%|percent\b|{SCALE}))", 0),
        (rf"\[(?!{_HAS_AMOUNT})[^\][\n]{{0,120}}?{_PAGES}\s*\]", re.I),
        (rf"\b{_PAGES}{_NO_UNIT}", re.I),
        # days
        (r"\b(?:19|20)\d\d-\d\d(?:-\d\d)?(?:T[\d:.]+Z?)?(?![\w%])", 0),
        (rf"\b{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?(?:\s?[-–]\s?\d{{1,2}})?(?:\s*,?\s*{_YEAR}\b|{_NO_UNIT}\b)", 0),
        (rf"\b\d{{1,2}}(?:st|nd|rd|th|er|\.)?\s+(?:of\s+)?{_MONTH}(?:,?\s+{_YEAR})?\b", 0),
        (rf"\b{_MONTH}\s+{_YEAR}\b", 0),
        (r"\b\d{1,2}[/.]\d{1,2}[/.](?:19|20)?\d\d\b(?![.,]\d)", 0),
        (r"\b\d{1,2}:\d\d(?::\d\d)?\b", 0),
        (r"\d{4}\s?年(?:\s?\d{1,2}\s?月)?(?:\s?\d{1,2}\s?日)?|\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?|第\s?\d{1,3}", 0),
        (r"\b[1-4]\.\s?(?:Quartal|Halbjahr)\w*", 0),
        # periods
        (
            rf"\b(?:Q[1-4]|[1-4]Q|H[12]|[12]H|FY|CY)[\s'’/_-]*(?:of\s+)?(?:FY|fiscal\s)?\s?(?:{_YEAR}|\d\d)?\b{_NO_UNIT}",
            0,
        ),
        (rf"\b(?:FY|CY)[\s'’]*{_YEAR}(?:/\d\d)?", 0),
        (rf"\b{_YEAR}\s?[-/_]?\s?(?:Q[1-4]|H[12])\b", 0),
        (rf"\b{_YEAR}\s?[-–/]\s?(?:{_YEAR}|\d\d)\b{_NO_UNIT}", 0),
        (r"\b\d{1,3}(?:st|nd|rd|th)\b", 0),
        (
            r"\b\d{1,2}[-\s]year\s+(?:U\.?S\.?\s+)?(?:Treasury|Treasuries|bonds?|notes?|swaps?|yields?|gilts?|bunds?)\b",
            re.I,
        ),
        # parts of documents, forms and standards
        (
            rf"\b(?:sections?|items?|notes?|tables?|figures?|fig\.|exhibits?|rules?|chapters?|steps?|appendix|annex|articles?"
            rf"|clauses?|schedules?|topics?|levels?|tiers?|phases?|options?|footnotes?|parts?|paragraphs?|questions?|regulation"
            rf"|ASC|ASU|IFRS|IAS|ISO|RFC|SFAS|no\.|nos\.|number|chart|slide|sheet|line|row|column)"
            rf"\s?(?:\d+(?:[.-]\d+)*[a-z]?(?:-\d+)?(?:\(\w+\))*)(?:\s?(?:,|and|to|[-–])\s?\d+(?:\.\d+)*[A-Za-z]?\b)*{_NO_UNIT}",
            re.I,
        ),
        (r"(?<!\w)[§#]\s?\d+(?:\.\d+)*", 0),
        (r"\b\d{1,2}-[A-Z]{1,2}(?:/A)?\b", 0),
        (r"\b(?![1-9]\d{0,2}(?:\.\d{3})+(?![\d.]*\d))\d+\.\d+\.\d+(?:\.\d+)*\b", 0),  # a version, and not 1.204.500
        (
            r"\b(?:S&P|Nasdaq|NASDAQ|Russell|FTSE|DAX|CAC|Nikkei|Stoxx|STOXX|Dow(?:\sJones)?|MDAX|Fortune|Forbes|Hang\sSeng"
            r"|TOPIX|ASX|TSX|Wilshire|MSCI\s\w+|Bloomberg)\s?\d{2,4}\b(?![.,]\d|\s?%)",
            0,
        ),
        # lists
        (r"^[ \t>*•-]*\(?\d{1,2}[.)](?=[ \t]+[*_\"“(]*[^\W\d_])", re.M),
        (r"^[ \t]*#+[ \t]*\d+(?:\.\d+)*[.)]?(?=\s)", re.M),
        (r"^[ \t]*\d+(?:\.\d+)+[.)]?(?=[ \t]+[A-Z][a-z])", re.M),
        (r"^[ \t]*[-–*•+][ \t]+", re.M),
    )
)
_IN_SEQUENCE: Final = re.compile(r"(?<!\S)\((\d{1,2})\)(?=\s+[^\W\d_])")
_A_YEAR: Final = re.compile(
    rf"(?<![\w.,$€£¥₹%-])(?:(?:pre|post|mid|late|early)-)?({_YEAR})(?:s\b|['’]s\b)?(?![\w%$€£¥×])(?!\.\d|,\d{{3}}\b)",
    re.I,
)
_UNIT_BEHIND: Final = re.compile(
    r"[\s-]?(?:%|percent\b|per\s?cent\b|x\b|×|times\b|thousand\b|million\b|billion\b|trillion\b|bn\b|mn\b|basis\b|dollars\b|euros\b|USD\b|EUR\b)",
    re.I,
)
_COUNTED_BEHIND: Final = re.compile(
    r"\s(?:\w+\s)?(?:employees|people|shares|units|stores|customers|users|patents|vehicles|contracts|products|sites|jobs"
    r"|countries|companies|branches|days|observations|returns|prices|members|subscribers|orders|claims|cases|times|hours)\b",
    re.I,
)
_AMOUNT_BEFORE: Final = re.compile(
    r"(?:\b(?:USD|EUR|GBP|JPY|CHF)\s?|\b(?:was|were|is|are|be|been|about|approximately|around|nearly|roughly|almost|exactly"
    r"|only|totall?ed|reached|equals|sold|employs?|employed|has|had|have)\s|=\s?)\Z",
    re.I,
)
_YEAR_BEFORE: Final = re.compile(r"\b(?:year|date|period|quarter)\s(?:was|were|is|are|be|been|about|only)\s\Z", re.I)
_NAMED: Final = re.compile(  # a number behind a name: iPhone 14, Windows 11
    r"\b(?P<name>[A-Za-z]{0,15}[a-z][A-Z]\w{0,15}|Windows|Office|Boeing|Airbus|Model|Series|Galaxy|Pixel|Xbox|Watch|Surface|Version"
    r"|version|Generation|Gen|Python|Android|Core|Echo|Kindle|Azure|Type|Class|Route|Highway|Building|Suite|Room|Box|Gate"
    r"|Unit|Flight|Formula|Web|Industry|Basel|Scope|Area|Nvidia|GeForce|Ryzen|Snapdragon|Falcon|Starship)"
    r"[ \u00a0](?P<number>\d{1,4})(?![\w.,]?\d)(?=\W|\Z)"
)
_HAS_DIGITS: Final = re.compile(r"\d")


def masked(text: str, names: Collection[str] = ()) -> str:
    """As long as `text`. `names`: of what has digits in its name, such as an instrument or a document."""
    blanked = text
    if numbered := sorted(filter(_HAS_DIGITS.search, names), key=len, reverse=True):
        blanked = re.sub(rf"(?<!\w)(?:{'|'.join(map(re.escape, numbered))})(?!\w)", _blank, blanked)
    for pattern in _ALWAYS:
        blanked = pattern.sub(_blank, blanked)
    return _blanked(blanked, [*_sequence(blanked), *_years(blanked), *_products(blanked)])


def _blank(found: re.Match[str]) -> str:
    return BLANK * len(found[0])


def _sequence(text: str) -> Iterator[tuple[int, int]]:
    """(1) and (2), which number what a sentence lists; a (1) alone is minus one."""
    found = list(_IN_SEQUENCE.finditer(text))
    there = {int(one[1]) for one in found}
    if {1, 2} <= there:
        yield from (one.span() for one in found if set(range(1, int(one[1]))) <= there)


def _years(text: str) -> Iterator[tuple[int, int]]:
    for found in _A_YEAR.finditer(text):
        before = text[max(0, found.start() - 30) : found.start()]
        amount = _AMOUNT_BEFORE.search(before) and not _YEAR_BEFORE.search(before)
        if not amount and not _UNIT_BEHIND.match(text, found.end()) and not _COUNTED_BEHIND.match(text, found.end()):
            yield found.span()


def _products(text: str) -> Iterator[tuple[int, int]]:
    for found in _NAMED.finditer(text):
        if not _UNIT_BEHIND.match(text, found.end()):
            yield found.span("number")


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in sorted(spans):
        if start >= at:
            parts += [text[at:start], BLANK * (end - start)]
            at = end
    return "".join([*parts, text[at:]])
