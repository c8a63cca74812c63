"""How much has to be retrieved for a question? Pure: by its words, before anything is looked up."""

import re
from typing import Final, NamedTuple

from ratchet_common.vocabulary import TaskType
from ratchet_documents.asked_times import period_of
from ratchet_documents.metadata.periods import named_in
from ratchet_router.grounding.context import RETRIEVING, Context
from ratchet_router.grounding.sources import Amount

LONG_QUESTION: Final = 30  # words
SMALL_TALK: Final = 8  # words that a greeting may have

_GREETING: Final = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you|bye|goodbye|hallo|guten (?:morgen|tag|abend)"
    r"|danke|bonjour|merci|hola|gracias|ciao|grazie)\b",
    re.I,
)
_TALK: Final = re.compile(
    r"(?:hi|hello|hey|there|good|morning|afternoon|evening|thanks?|you|so|much|very|a|lot|bye|goodbye|how|are|is|it|"
    r"going|doing|today|ratchet|everyone|all|again|for|your|the|help|and|hallo|guten|morgen|tag|abend|danke|bonjour|"
    r"merci|hola|gracias|ciao|grazie)",
    re.I,
)
_COMPARES: Final = re.compile(
    r"\b(?:compar\w*|versus|vs|differ\w*|chang\w*|increas\w*|decreas\w*|grew|growth|grow|fell|rose|declin\w*|trends?"
    r"|over time|year[- ]over[- ]year|quarter[- ]over[- ]quarter|between|than|each|every|both|all of|respectively"
    r"|highest|lowest|largest|smallest|most|least|average|total|sum|ratio|percentage|list|overview|summar\w*"
    r"|vergleich\w*|unterschied\w*|zwischen|jede\w*|alle)\b",
    re.I,
)
_ALONE: Final = re.compile(r"\b(?:[QT][1-4]|(?:19|20)\d\d)\b", re.I)  # a quarter without its year, a year by the way
_WORD: Final = re.compile(r"\w+(?:['\u2019]\w+)?")


class Numbers(NamedTuple):
    """Passages that are few, many, and the most that a request may ask for; characters that all of them may have."""

    few: int
    many: int
    most: int
    characters: int

    def of(self, amount: Amount) -> int:
        return {"none": 0, "few": self.few, "many": self.many, "another round": self.most}[amount]


class Needed(NamedTuple):
    amount: Amount
    reasons: tuple[str, ...]


def needed(question: str, task: TaskType, context: Context) -> Needed:
    """`few` or `many` where documents have to be looked into."""
    if context.text_given:
        return Needed("none", ("The request brings the text that it is about.",))
    if context.fixed is not None and context.fixed not in RETRIEVING:
        return Needed("none", (f"The approach {context.fixed} retrieves nothing.",))
    if context.fixed is None and is_small_talk(question):
        return Needed("none", ("The question is a greeting, and asks for nothing that stands in documents.",))
    several = tuple(_several(question, task, context))
    return Needed("many", several) if several else Needed("few", ("The question asks for one thing.",))


def is_small_talk(question: str) -> bool:
    words = _WORD.findall(question)
    if not 0 < len(words) <= SMALL_TALK or not _GREETING.match(question.strip()):
        return False
    return all(_TALK.fullmatch(word) for word in words)


def _periods(question: str) -> set[str]:
    """However they are written, each once: `Q3/2023` and `third quarter of 2023` are one."""
    found, rest, end = set[str](), list[str](), 0
    for start, until, name in named_in(question):
        found.add(name)
        rest.append(question[end:start])
        end = until
    return found | {one.upper() for one in _ALONE.findall(" ".join((*rest, question[end:])))}


def _several(question: str, task: TaskType, context: Context) -> list[str]:
    found = []
    if task in (TaskType.REPORT, TaskType.SUMMARY):
        found.append(f"A {task} draws on many places.")
    periods = _periods(question) | set(map(period_of, context.periods))
    for what, number in (
        ("periods", len(periods)),
        ("companies", len(context.companies)),
        ("documents", len(context.documents)),
        ("questions", question.count("?")),
    ):
        if number > 1:
            found.append(f"It is about {number} {what}.")
    if compares := _COMPARES.search(question):
        found.append(f"It asks to put several things together ({compares[0].lower()}).")
    if len(_WORD.findall(question)) > LONG_QUESTION:
        found.append(f"It has more than {LONG_QUESTION} words.")
    return found
