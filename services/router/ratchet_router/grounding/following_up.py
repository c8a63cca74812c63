"""What is looked for in a conversation: its last question, with those before it on which that goes on. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from ratchet_router.grounding.enough import words_of

BACK: Final = 3  # questions before the last, at most
SHORT: Final = 12  # words: what is longer stands alone
LONGEST: Final = 1_000  # characters of one before it: what is longer is a text rather than a question
TELLING: Final = 2  # words that say what it is about: fewer, and it does not

_WORD: Final = re.compile(r"[^\W\d_]+")
_GOES_ON: Final = re.compile(
    r"\W*(?:and|but|or|also|why|what\s+(?:about|else|of)|how\s+about|then|und|aber|oder|auch|warum|wieso|wie\s+sieht"
    r"|et|mais|ou|pourquoi|y|pero|o|por\s+qué)(?![\w'\u2019])",
    re.I,
)
# `Is it true that`, `do they say that`: what is told comes behind.
_OF_A_CLAUSE: Final = re.compile(
    r"\bit\s+(?:(?:be|is|was)\s+)?(?:true|correct|right|possible|likely|known|said)\s+that\b"
    r"|\b(?:says?|said|shows?|means?|states?|know|sure|true|mentions?|proves?|assumes?|claims?|expects?)\s+that\b(?=\s+\w)",
    re.I,
)
_POINTS_BACK: Final = re.compile(
    r"\b(?:it|its|they|them|their|theirs|that|those|this|these|he|she|him|his|hers?|same|er|sie|ihr|ihre[rnms]?|sein(?:e[rnms]?)?"
    r"|davon|dies(?:e[rnms]?)?|dessen|deren|ils?|elles?|cela|leurs?|ell[oa]s?|eso|es[oa]s)\b",
    re.I,
)


def looked_for(questions: Sequence[str]) -> str:
    """Of what the user said, the last; with what went before it as long as each goes on from the one before."""
    first = len(questions) - 1
    while first > 0 and len(questions) - 1 - first < BACK and _goes_on(questions[first]):
        if len(questions[first - 1]) > LONGEST:
            break
        first -= 1
    return "\n".join(questions[first:])


def _goes_on(question: str) -> bool:
    if len(_WORD.findall(question)) > SHORT:
        return False
    telling = [word for word in words_of(question) if not any(letter.isdigit() for letter in word)]
    return (
        len(telling) < TELLING
        or _GOES_ON.match(question) is not None
        or _POINTS_BACK.search(_OF_A_CLAUSE.sub(" ", question)) is not None
    )
