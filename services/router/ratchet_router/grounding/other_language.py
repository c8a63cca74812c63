"""A question in another language than what is read for it: words find little then, and who reads may err. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from ratchet_router.checking.language import language_of, likely_language_of
from ratchet_router.checking.scripts import UNKNOWN
from ratchet_router.grounding.sources import Source

_NAMES: Final = {"en": "English", "de": "German", "fr": "French", "es": "Spanish"}


def other_language(question: str, sources: Sequence[Source], *, by_words: bool) -> tuple[str, ...]:
    """What is assumed then, in one sentence; empty where both are in one language, or one cannot be told. `by_words`:
    nothing else was searched for.
    """
    asked, read = likely_language_of(question), _language_of(sources)
    if asked != UNKNOWN and not sources and by_words:
        return (
            f"The question is taken to be in {_name(asked)}: by words, documents in another language are not found.",
        )
    if UNKNOWN in (asked, read) or asked == read:
        return ()
    how = "only words that both have were searched for" if by_words else "what it means was searched for"
    return (f"The question is taken to be in {_name(asked)}, and what was read in {_name(read)}: {how}.",)


def _language_of(sources: Sequence[Source]) -> str:
    """Of most of the passages that can be told."""
    told = Counter(language for source in sources if (language := language_of(source.text)) != UNKNOWN)
    return max(told, key=lambda language: told[language], default=UNKNOWN)


def _name(language: str) -> str:
    return _NAMES.get(language, f"another language ({language})")
