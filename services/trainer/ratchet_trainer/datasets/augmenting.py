"""More to learn from what is there: examples of the training side said a little differently. Pure.

Nothing of it is stored: from the same example, recipes and seed comes the same, whenever a dataset is read.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, islice
from math import ceil
from random import Random
from statistics import median
from typing import Final
from uuid import uuid5

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.datasets.recipes import RECIPES, RecipeName, suits
from ratchet_trainer.privacy.scrubbing import PLACEHOLDER

MOST_OF_ONE: Final = 10  # examples, with the one that they are made of
TRIES: Final = 3  # for each that is wanted: a recipe may find nothing to do

IsPrivate = Callable[[str], bool]  # whether anything in a text is


@dataclass(frozen=True, slots=True)
class Augment:
    """`factor`: so many come of one, with itself; and so much they weigh together at most, as many as they are.

    `rare_labels`: only what has a rarer label than the middle one is said again, up to as often as that appears.
    """

    recipes: tuple[RecipeName, ...] = ("whitespace", "punctuation", "greeting", "placeholders")
    factor: int = 2
    rare_labels: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """`labels`: how often each appears on the training side."""

    augment: Augment
    seed: int
    labels: Mapping[str, int] = field(default_factory=dict)

    def made_of(self, label: str | None) -> int:
        if not self.augment.rare_labels:
            return self.augment.factor - 1
        count = self.labels.get(label, 0) if label is not None else 0
        if not count:
            return 0
        return min(ceil(median(self.labels.values()) / count), MOST_OF_ONE) - 1


def nothing_is(_: str) -> bool:
    return False


def augmented(examples: Sequence[Example], plan: Plan, is_private: IsPrivate = nothing_is) -> list[Example]:
    """Each example, and after it what is made of it."""
    return [one for example in examples for one in _family(example, plan, is_private)]


def _family(example: Example, plan: Plan, is_private: IsPrivate) -> list[Example]:
    wanted = plan.made_of(example.target if isinstance(example.target, str) else None)
    made = _made(example, plan, wanted, is_private) if wanted > 0 else []
    part = min(1.0, plan.augment.factor / (1 + len(made)))
    return [replace(one, part=part) for one in (example, *made)] if part < 1 else [example, *made]


def _made(example: Example, plan: Plan, wanted: int, is_private: IsPrivate) -> list[Example]:
    """Written otherwise, a word that no rule took for a name may look like one: a try that does is thrown away."""
    random = Random(f"{plan.seed}/{example.example_id}")  # noqa: S311  nothing secret hangs on it
    names = [name for name in plan.augment.recipes if suits(name, example.task_type)]
    random.shuffle(names)
    there, made = {_said(example)}, list[Example]()
    for number, name in enumerate(islice(cycle(names), TRIES * wanted), 1):
        if len(made) == wanted:
            break
        other = RECIPES[name](example, random)
        if _said(other) not in there and _keeps_its_target(example, other) and not is_private(other.document):
            there.add(_said(other))
            made.append(_named(example, other, name, number))
    return made


def _said(example: Example) -> tuple[object, ...]:
    return example.document, example.question, example.target


def _keeps_its_target(example: Example, other: Example) -> bool:
    """What the target quotes, and whom it or the question names, stands in the document still."""
    pairs = zip(_texts(example), _texts(other), strict=True)
    quoted = all(new in other.document for old, new in pairs if old in example.document)
    return quoted and len(_named_there(other)) >= len(_named_there(example)) and bool(other.document.strip())


def _named_there(example: Example) -> set[str]:
    named = {found[0] for text in (example.question, *_texts(example)) for found in PLACEHOLDER.finditer(text)}
    return {one for one in named if one in example.document}


def _texts(example: Example) -> tuple[str, ...]:
    return (example.target,) if isinstance(example.target, str) else example.target


def _named(example: Example, other: Example, name: RecipeName, number: int) -> Example:
    return replace(
        other,
        example_id=uuid5(example.example_id, f"{name}/{number}"),
        document_hash=text_hash(other.document),
        augmented_from=example.example_id,
        augmentation=name,
    )
