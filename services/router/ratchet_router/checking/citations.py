"""Does what the answer points to exist: numbered passages, pages, names of passages, and words that it quotes?

Not seen: whether the passage says what it is cited for; quotes of fewer than four words, in single straight marks
(apostrophes look alike) or without marks; authors and years, and footnotes without brackets.
"""

import re
from collections.abc import Iterator
from typing import Final

from ratchet_router.checking.cited_quotes import not_where_cited
from ratchet_router.checking.subject import Finding, Subject

QUOTE_WORDS: Final = 4  # fewer in quotation marks are a title or a doubt
QUOTE_SIGNS: Final = 12  # the same, where words are not set apart

_KIND = r"(?:docs?|documents?|dokumente?n?|passages?|sources?|refs?|chunks?|excerpts?|quellen?|fuentes?|documentos?)"
_PAGE = r"(?:pp?\.?|pages?|seiten?|s\.)"
_NUMBERS = r"\d{1,4}(?:\s?(?:,|;|-|\u2013|and|und|et)\s?\d{1,4}){0,20}"
_SAID_SO = r"\s?(?::\s?|no\.?\s?|nr\.?\s?|#\s?)?"
# Both begin with the mark itself, so that the search skips what is none.
MARKER: Final = re.compile(
    rf"[\[\u3010(](?:(?<!\()(?:{_KIND}{_SAID_SO}|#\s?)?(?P<places>{_NUMBERS})[\]\u3011](?!\()"
    rf"|(?<=\(){_KIND}{_SAID_SO}(?P<in_brackets>{_NUMBERS})\)"
    rf"|{_PAGE}\s?(?P<pages>{_NUMBERS})[\])]"
    rf"|(?<=\[){_KIND}\s?:\s?[\"']?(?P<name>[^\[\]\"\n]{{2,120}}?)[\"']?\])",
    re.I,
)
_IN_WORDS = re.compile(
    rf"\b(?:according to|as stated in|as per|see|from|in|laut|gem\u00e4\u00df|siehe|selon|d'apr\u00e8s|seg\u00fan)"
    rf"\s(?:the\s)?(?P<what>{_KIND}\s(?:no\.?\s?|nr\.?\s?|#\s?)?(?P<in_words>\d{{1,3}}))(?![\w%]|[.,]\d|\sof\b)",
    re.I,
)
_QUOTED = re.compile(
    r"[\"\u201c\u201e\u00ab\u00bb\u2018\u201a]"
    r"(?:(?<=\")(?<!\w\")(?=\S)[^\"\n]+\"(?!\w)|(?<=\u201c)[^\u201c\u201d\n]+\u201d"
    r"|(?<=\u201e)[^\u201e\u201c\u201d\n]+[\u201c\u201d]|(?<=\u00ab)[^\u00ab\u00bb\n]+\u00bb"
    r"|(?<=\u00bb)(?=\w)[^\u00ab\u00bb\n]+(?<=\S)\u00ab"
    r"|(?<=\u2018)(?<!\w\u2018)(?=[^\W\d])(?:[^\u2018\u2019\n]|\u2019(?=\w))+\u2019(?!\w)|(?<=\u201a)[^\u201a\u2018\n]+\u2018)"
)
_QUOTED_UNSPACED = re.compile(r"[\u300c\u300e][^\u300c-\u300f\n]+[\u300d\u300f]")
_GAP = re.compile(r"\[?(?:\.\.\.|\u2026)\]?|\[[^\]\n]{0,40}\]")
_WORD = re.compile(r"\w+")


def citations(subject: Subject) -> Finding | None:
    """Without passages, or texts that were given under a number, a marker must stand in the document itself."""
    markers = _missing_markers(subject)
    quotes = sorted({*_missing_quotes(subject), *not_where_cited(subject)})
    found = [
        f"{len(places)} {what} (at {', '.join(map(str, places[:10]))})"
        for what, places in (("citations name nothing that was given", markers), ("quotes are not in it", quotes))
        if places
    ]
    detail = f"Of the answer's references to the text {' and '.join(found)}."
    return Finding(detail, in_any_task=bool(subject.context)) if found else None


def _missing_markers(subject: Subject) -> list[int]:
    pages = {page for passage in subject.context for page in passage.pages}
    missing = [
        marker.start()
        for marker in MARKER.finditer(subject.text)
        if not _exists(marker, subject, pages) and marker[0] not in subject.given
    ]
    return [*missing, *_missing_in_words(subject)]


def _exists(marker: re.Match[str], subject: Subject, pages: set[int]) -> bool:
    if marker["name"]:
        return marker["name"].casefold() in subject.given.casefold()
    if marker["pages"]:
        numbers = _numbers(marker["pages"])
        return pages.issuperset(numbers) if pages else all(_says_number(number, subject) for number in numbers)
    given = max(len(subject.context), subject.numbered)
    if marker["in_brackets"]:
        exists = all(1 <= number <= given for number in _numbers(marker["in_brackets"]))
        return not given or exists or marker[0][1:-1].casefold() in subject.given.casefold()
    return all(1 <= number <= given for number in _numbers(marker["places"]))


def _missing_in_words(subject: Subject) -> Iterator[int]:
    """ "According to document 9", of three that were given under a number."""
    given = max(len(subject.context), subject.numbered)
    for found in _IN_WORDS.finditer(subject.text) if given else ():
        if not 1 <= int(found["in_words"]) <= given and found["what"].casefold() not in subject.given.casefold():
            yield found.start("what")


def _says_number(number: int, subject: Subject) -> bool:
    """Where pages are not known, the text itself may number them."""
    return re.search(rf"(?<!\d){number}(?!\d)", subject.given) is not None


def _numbers(listed: str) -> list[int]:
    """Of "1, 3-5" 1, 3 and 5: of a range its ends."""
    return [int(number) for number in re.findall(r"\d+", listed)]


def _missing_quotes(subject: Subject) -> list[int]:
    """Compared by their words: case, spaces, dashes and marks may differ, and what is left out may say so."""
    quoted = [(q.start(), q[0][1:-1]) for q in _QUOTED.finditer(subject.text)]
    long = [(start, quote) for start, quote in quoted if len(quote.split()) >= QUOTE_WORDS]
    unspaced = [(q.start(), q[0][1:-1]) for q in _QUOTED_UNSPACED.finditer(subject.text) if len(q[0]) > QUOTE_SIGNS]
    if not long + unspaced or all(quote in subject.given for _, quote in long + unspaced):
        return []
    said = f" {_plain(subject.given)} "
    missing = [start for start, quote in long if not all(f" {_plain(part)} " in said for part in _parts(quote))]
    in_a_row = said.replace(" ", "") if unspaced else ""
    return missing + [
        start
        for start, quote in unspaced
        if not all(_plain(part).replace(" ", "") in in_a_row for part in _parts(quote))
    ]


def _parts(quote: str) -> list[str]:
    return [part for part in _GAP.split(quote) if _WORD.search(part)]


def _plain(text: str) -> str:
    return " ".join(_WORD.findall(text.casefold()))
