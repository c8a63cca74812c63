"""Whether what a model claims stands in the words that it quotes for it. Pure.

It is strict: a claim that is dropped costs a relation, and one that nobody made costs the trust in all of them.
"""

import re
from typing import Final

from ratchet_documents.graph.named import key_of, named_companies
from ratchet_router.checking.language import function_words

STEM: Final = 5  # letters by which two forms of a word are known as one
SHORTEST_FORM: Final = 4  # letters of a word of which a longer one may be a form
_WORD: Final = re.compile(r"\w+")
_NOT: Final = re.compile(r"\b(?:not|never|no|cannot|nicht|nie|kein\w*|pas|jamais|nunca)\b|n['\u2019]t\b", re.I)


def quoted(said: str, text: str) -> re.Match[str] | None:
    """Word for word and whole words, whatever is between them and however they are capitalised."""
    words = said.split()
    if not words:
        return None
    before = r"(?<!\w)" if _parts_words(words[0][0]) else ""
    behind = r"(?!\w)" if _parts_words(words[-1][-1]) else ""
    return re.search(before + r"\s+".join(map(re.escape, words)) + behind, text, re.I)


def names(name: str, quote: str) -> bool:
    """It stands there, written as a name is: no `the`, and large where its letters have a large form."""
    found = quoted(name, quote)
    if found is None or not telling(name):
        return False
    return any(map(str.isupper, found[0])) or not any(map(str.islower, found[0]))


def telling(said: str) -> list[str]:
    """Its words without those that every text is full of."""
    small = function_words("en", "de", "fr", "es")
    return [word for word in _WORD.findall(said.casefold()) if word not in small]


def all_said(what: str, quote: str) -> bool:
    """What is put shorter than it was said, and in another form, is still said; one word more is not."""
    there = _WORD.findall(quote.casefold())
    asked = telling(what)
    return bool(asked) and all(_is_in(word, there) for word in asked)


def denies(kind: str, what: str, quote: str) -> bool:
    """The words say that it is not so. A risk is often told by what may not come."""
    return kind != "mentions_risk" and bool(_NOT.search(quote)) and not _NOT.search(what)


def speaks_of_another(quote: str, company: str) -> bool:
    """It has the names of companies, and this one's is none of them."""
    named = {key_of(name) for one in named_companies(quote) for name in (one.name, *one.also)}
    return bool(named) and key_of(company) not in named


def _is_in(word: str, there: list[str]) -> bool:
    if not any(map(_parts_words, word)):
        return any(word in other for other in there)
    return any(_same(word, other) for other in there)


def _same(one: str, other: str) -> bool:
    if any(map(str.isdigit, one + other)):
        return one == other
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < STEM:
        return one == other or (len(shorter) >= SHORTEST_FORM and longer.startswith(shorter))
    return one[:STEM] == other[:STEM]


def _parts_words(letter: str) -> bool:
    """Of a script that puts blanks between words, as all do that have large letters."""
    return letter.isdigit() or letter.lower() != letter.upper()
