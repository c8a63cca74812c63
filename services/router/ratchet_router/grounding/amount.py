"""How much has to be retrieved for a question? Pure: by its words, before anything is looked up."""

import re
from collections.abc import Collection
from typing import Final, NamedTuple

from ratchet_common.vocabulary import TaskType
from ratchet_documents.asked_times import LONGEST, period_of, times_in
from ratchet_router.grounding.context import RETRIEVING, Context
from ratchet_router.grounding.sources import Amount

LONG_QUESTION: Final = 30  # words
SMALL_TALK: Final = 8  # words that a greeting may have

_GREETING: Final = re.compile(
    r"(?:hi|hello|hey|good (?:morning|afternoon|evening)|how are you|thanks|thank you|bye|goodbye|hallo|moin|servus"
    r"|guten? (?:morgen|tag|abend)|wie geht|danke|tschüss|bonjour|bonsoir|salut|merci|au revoir|hola"
    r"|buen[oa]s (?:días|dias|tardes|noches)|gracias|adiós|adios|ciao|buongiorno|grazie)\b",
    re.I,
)
_TALK: Final = re.compile(
    r"(?:hi|hello|hey|there|good|morning|afternoon|evening|thanks?|you|so|much|very|a|lot|bye|goodbye|how|are|is|it|"
    r"going|doing|today|ratchet|everyone|all|again|for|your|the|help|and|hallo|moin|servus|guten?|morgen|tag|abend|wie|"
    r"geht|es|dir|ihnen|danke|vielen|dank|schön|sehr|tschüss|bonjour|bonsoir|salut|ça|va|comment|allez|vous|merci|"
    r"beaucoup|au|revoir|tout|le|monde|hola|buen[oa]s|d[ií]as|tardes|noches|qué|que|tal|cómo|estás?|gracias|muchas|"
    r"adi[oó]s|ciao|buongiorno|grazie)",
    re.I,
)
_COMPARES: Final = re.compile(
    r"\b(?:"
    r"compar\w*|versus|vs|differ\w*|chang\w*|increas\w*|decreas\w*|grew|growth|grow|fell|rose|declin\w*|trends?"
    r"|over time|year[- ]over[- ]year|quarter[- ]over[- ]quarter|between|than|higher|lower|better|worse|more|less"
    r"|each|every|both|all of|respectively|highest|lowest|largest|smallest|most|least|average|total|sum|ratio"
    r"|percentage|list|overview|summar\w*"
    r"|vergl(?:eich|ich)\w*|unterschied\w*|unterscheid\w*|zwischen|jede\w*|alle[nrs]?|beide\w*|jeweils|insgesamt"
    r"|gesamt\w*|durchschnitt\w*|summe|anteil\w*|veränder\w*|entwick(?:lung|elt)\w*|gestiegen|gesunken|gewachsen|stieg|sank|fiel"
    r"|höher\w*|niedriger\w*|höchste\w*|niedrigste\w*|größte\w*|kleinste\w*|liste|übersicht"
    r"|différ\w*|entre|chaque|tous|toutes|les deux|respectivement|moyenne?s?|somme|plus|moins|meilleur\w*|augment\w*"
    r"|diminu\w*|baiss\w*|évolu\w*|résum\w*"
    r"|diferen\w*|cada|todos|todas|ambos|ambas|los dos|las dos|respectivamente|promedio|suma|ratio|más|menos|mayor"
    r"|menor|mejor|aument\w*|disminu\w*|creci\w*|evolu\w*|cambi\w*|resum\w*|lista"
    r")\b",
    re.I,
)
_NAME: Final = r"[A-ZÄÖÜÉÁ][\w&.-]*(?:\s[A-ZÄÖÜÉÁ][\w&.-]*){0,3}"
_NAMES: Final = re.compile(  # two that are joined: of which both have to be found
    rf"\b{_NAME}(?:['\u2019]s)?,?\s(?:and|or|und|oder|et|ou|y|o)\s(?:(?:of|from|in|by|at|for|with|to|the|von|der|de|del)\s)*{_NAME}"
)
_QUARTER: Final = re.compile(r"\b[QT][1-4]\b", re.I)
_YEAR: Final = re.compile(r"\b(?:19|20)\d\d\b")
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


def _several(question: str, task: TaskType, context: Context) -> list[str]:
    found = []
    if task in (TaskType.REPORT, TaskType.SUMMARY):
        found.append(f"A {task} draws on many places.")
    for what, number in (
        ("periods", _times(question, context.periods)),
        ("companies", len(context.companies)),
        ("documents", len(context.documents)),
        ("questions", question.count("?")),
    ):
        if number > 1:
            found.append(f"It is about {number} {what}.")
    if compares := _COMPARES.search(question):
        found.append(f"It asks to put several things together ({compares[0].lower()}).")
    if names := _NAMES.search(question[:LONGEST]):
        found.append(f"It names several things ({names[0]}).")
    if len(_WORD.findall(question)) > LONG_QUESTION:
        found.append(f"It has more than {LONG_QUESTION} words.")
    return found


def _times(question: str, filtered: Collection[str]) -> int:
    """Different ones, however they are written: by their names and days, or quarters or years that stand alone."""
    named = {one.name for one in times_in(question)} | set(map(period_of, filtered))
    return max(len(named), *(len({*map(str.upper, each.findall(question))}) for each in (_QUARTER, _YEAR)))
