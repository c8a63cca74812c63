"""What one word may be in a name."""

from functools import lru_cache
from typing import Final

from ratchet_trainer.privacy.finding.gazetteers import ENDING, common_words, first_names, last_names, surname_endings
from ratchet_trainer.privacy.finding.reading import Token
from ratchet_trainer.privacy.finding.words import DOUBTFUL

SHORTEST_ENDED: Final = ENDING + 1


def is_first(token: Token) -> bool:
    return _known(token.folded)[0]


def is_last(token: Token) -> bool:
    return _known(token.folded)[1]


def could_be_a_surname(token: Token) -> bool:
    """It is one, or ends as many do."""
    return is_last(token) or (len(token.text) >= SHORTEST_ENDED and token.folded[-ENDING:] in surname_endings())


def is_common(token: Token) -> bool:
    return token.folded in common_words() or not token.is_word


def is_no_name(token: Token) -> bool:
    return is_common(token) and not (token.folded in DOUBTFUL and is_first(token))


@lru_cache(maxsize=100_000)
def _known(folded: str) -> tuple[bool, bool]:
    """Among first and among last names; one with hyphens is known by any of its parts."""
    parts = {folded, *folded.split("-")}
    return not parts.isdisjoint(first_names()), not parts.isdisjoint(last_names())
