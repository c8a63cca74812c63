"""How an example is said a little differently without saying anything else. Pure; chance comes from outside.

Each gives the example back unchanged where it finds nothing to do. Nothing is invented: no word is added.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from random import Random
from typing import Final, Literal

from ratchet_scoring.scorers import LABEL_TASKS
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.privacy.scrubbing import PLACEHOLDER

RecipeName = Literal["whitespace", "punctuation", "casing", "greeting", "item_order", "placeholders"]
Recipe = Callable[[Example, Random], Example]
FOR_LABELS: Final = frozenset({"casing", "item_order"})  # a text, or items, may well depend on these

OFTEN: Final = 0.5
_GAP = re.compile(r"\n(?:[ \t]*\n)+")
_SENTENCE_END = re.compile(r"(?<=[.!?]) (?=\S)")
_LOUD = re.compile(r"([!?])\1+")
_STOP_AT_LINE_END = re.compile(r"(?<=\w)\.(?=[ \t]*(?:\n|\Z))")
_TYPOGRAPHIC: Final = {"’": "'", "‘": "'", "“": '"', "”": '"', "–": "-", "—": "-", "…": "..."}  # noqa: RUF001
_PLAIN = str.maketrans(_TYPOGRAPHIC)
_BULLETS = re.compile(r"(?:^[ \t]*[-*•][ \t]+\S.*(?:\n|\Z)){3,}", re.MULTILINE)
_GREETING = re.compile(
    r"\A\s*(?:dear|hi|hello|hey|good (?:morning|afternoon|evening))\b[^\n.?!:]{0,60}[,!:.]?[ \t]*\n+", re.IGNORECASE
)
_CLOSING = re.compile(
    r"\n[ \t]*(?:(?:best|kind|warm|many)(?: (?:regards|wishes|thanks))?|regards|sincerely|cheers|thanks|thank you"
    r"|yours(?: (?:truly|sincerely|faithfully))?)[ \t]*[,.!]?[ \t]*(?:\n+[^\n.?!]{0,60}){0,2}\s*\Z",
    re.IGNORECASE,
)


def whitespace(example: Example, random: Random) -> Example:
    """Other gaps between paragraphs and after sentences."""
    text = _GAP.sub(lambda _: "\n" * random.randint(1, 3), example.document)
    text = _SENTENCE_END.sub(lambda gap: random.choice((gap[0], "  ", "\n")), text)
    return replace(example, document=text)


def punctuation(example: Example, random: Random) -> Example:
    """Plain quotes and dashes for typographic ones, one mark for many, no stop at the end of some lines."""
    text = _LOUD.sub(r"\1", example.document.translate(_PLAIN))
    return replace(example, document=_STOP_AT_LINE_END.sub(lambda stop: _sometimes(random, "", stop[0]), text))


def casing(example: Example, random: Random) -> Example:
    """As typed in haste, or shouted; placeholders stay as they are."""
    change = random.choice((str.lower, str.lower, str.upper))
    return replace(example, document=_outside_placeholders(example.document, partial(_cased, change)))


def _cased(change: Callable[[str], str], text: str) -> str:
    """But for letters that would become another one, such as the Turkish i without a dot."""
    others = {letter: change(letter) for letter in set(text)}
    return "".join(other if (other := others[one]).casefold() == one.casefold() else one for one in text)


def greeting(example: Example, random: Random) -> Example:
    """Without the salutation, the closing, or both."""
    begun = _GREETING.sub("", example.document, count=1)
    ended = _CLOSING.sub("", example.document, count=1)
    others = {begun, ended, _CLOSING.sub("", begun, count=1)} - {example.document}
    return replace(example, document=random.choice(sorted(others))) if others else example


def item_order(example: Example, random: Random) -> Example:
    """Bullets that follow each other, in another order. Numbered lists keep theirs."""

    def shuffled(block: re.Match[str]) -> str:
        lines = block[0].rstrip("\n").split("\n")
        random.shuffle(lines)
        return "\n".join(lines) + "\n" * block[0].endswith("\n")

    return replace(example, document=_BULLETS.sub(shuffled, example.document))


def placeholders(example: Example, random: Random) -> Example:
    """Other numbers for the same persons and things, in all its texts alike: [PERSON_2] may become [PERSON_1]."""
    texts = (example.document, example.question, example.output or "", *example.labels, *_texts_of(example.target))
    numbers: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for kind, number in PLACEHOLDER.findall(text):
            numbers[kind].add(number)
    new = {kind: _permuted(sorted(its, key=int), random) for kind, its in sorted(numbers.items())}

    def renumbered(text: str) -> str:
        return PLACEHOLDER.sub(lambda found: f"[{found[1]}_{new[found[1]][found[2]]}]", text)

    return replace(
        example,
        document=renumbered(example.document),
        question=renumbered(example.question),
        output=None if example.output is None else renumbered(example.output),
        labels=tuple(map(renumbered, example.labels)),
        target=renumbered(example.target)
        if isinstance(example.target, str)
        else tuple(map(renumbered, example.target)),
    )


RECIPES: Final[Mapping[RecipeName, Recipe]] = {
    "whitespace": whitespace,
    "punctuation": punctuation,
    "casing": casing,
    "greeting": greeting,
    "item_order": item_order,
    "placeholders": placeholders,
}


def suits(name: RecipeName, task_type: str) -> bool:
    return name not in FOR_LABELS or task_type in LABEL_TASKS


def _texts_of(target: str | tuple[str, ...]) -> tuple[str, ...]:
    return (target,) if isinstance(target, str) else target


def _sometimes(random: Random, one: str, other: str) -> str:
    return one if random.random() < OFTEN else other


def _outside_placeholders(text: str, change: Callable[[str], str]) -> str:
    parts, end = [], 0
    for found in PLACEHOLDER.finditer(text):
        parts += [change(text[end : found.start()]), found[0]]
        end = found.end()
    return "".join([*parts, change(text[end:])])


def _permuted(numbers: list[str], random: Random) -> dict[str, str]:
    others = list(numbers)
    random.shuffle(others)
    return dict(zip(numbers, others, strict=True))
