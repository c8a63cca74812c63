"""Does what the answer points to exist: numbered passages, pages, names of passages, and words that it quotes?"""

import re

from ratchet_router.checking.subject import Finding, Subject

QUOTE_WORDS = 4  # fewer in quotation marks are a title or a doubt

_KIND = r"(?:docs?|documents?|passages?|sources?|refs?|chunks?|quellen?|fuentes?)"
_PAGE = r"(?:pp?\.?|pages?|seiten?|s\.)"
_NUMBERS = r"\d{1,4}(?:\s?(?:,|;|-|\u2013|and|und|et)\s?\d{1,4}){0,20}"
# Both begin with the mark itself, so that the search skips what is none.
MARKER = re.compile(
    rf"[\[\u3010(](?:(?<!\()(?:{_KIND}\s?(?:no\.?\s?|#)?)?(?P<places>{_NUMBERS})[\]\u3011](?!\()"
    rf"|{_PAGE}\s?(?P<pages>{_NUMBERS})[\])]"
    rf"|(?<=\[){_KIND}\s?:\s?[\"']?(?P<name>[^\[\]\"\n]{{2,120}}?)[\"']?\])",
    re.I,
)
_QUOTED = re.compile(
    r"[\"\u201c\u201e\u00ab](?:(?<=\")(?<!\w\")(?=\S)[^\"\n]+\"(?!\w)|(?<=\u201c)[^\u201c\u201d\n]+\u201d"
    r"|(?<=\u201e)[^\u201e\u201c\u201d\n]+[\u201c\u201d]|(?<=\u00ab)[^\u00ab\u00bb\n]+\u00bb)"
)
_GAP = re.compile(r"\[?(?:\.\.\.|\u2026)\]?|\[[^\]\n]{0,40}\]")
_WORD = re.compile(r"\w+")


def citations(subject: Subject) -> Finding | None:
    """Without passages, or texts that were given under a number, a marker must stand in the document itself."""
    markers = _missing_markers(subject)
    quotes = _missing_quotes(subject)
    found = [
        f"{len(places)} {what} (at {', '.join(map(str, places[:10]))})"
        for what, places in (("citations name nothing that was given", markers), ("quotes are not in it", quotes))
        if places
    ]
    return Finding(f"Of the answer's references to the text {' and '.join(found)}.") if found else None


def _missing_markers(subject: Subject) -> list[int]:
    pages = {passage.page for passage in subject.context if passage.page is not None}
    return [
        marker.start()
        for marker in MARKER.finditer(subject.text)
        if not _exists(marker, subject, pages) and marker[0] not in subject.given
    ]


def _exists(marker: re.Match[str], subject: Subject, pages: set[int]) -> bool:
    if marker["name"]:
        return marker["name"].casefold() in subject.given.casefold()
    if marker["pages"]:
        return not pages or pages.issuperset(_numbers(marker["pages"]))
    given = max(len(subject.context), subject.numbered)
    return all(1 <= number <= given for number in _numbers(marker["places"]))


def _numbers(listed: str) -> list[int]:
    """Of "1, 3-5" 1, 3 and 5: of a range its ends."""
    return [int(number) for number in re.findall(r"\d+", listed)]


def _missing_quotes(subject: Subject) -> list[int]:
    """Compared by their words: case, spaces, dashes and marks may differ, and what is left out may say so."""
    quoted = [(q.start(), q[0][1:-1]) for q in _QUOTED.finditer(subject.text)]
    long = [(start, quote) for start, quote in quoted if len(quote.split()) >= QUOTE_WORDS]
    if not long or all(quote in subject.given for _, quote in long):
        return []
    said = f" {_plain(subject.given)} "
    return [start for start, quote in long if not all(f" {_plain(part)} " in said for part in _parts(quote))]


def _parts(quote: str) -> list[str]:
    return [part for part in _GAP.split(quote) if _WORD.search(part)]


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
