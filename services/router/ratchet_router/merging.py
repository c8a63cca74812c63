"""The answers for the parts of a text become one answer: by union, vote, or the best one, as the task wants. Pure."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from math import ceil
from typing import Any, Final, TypeVar

import msgspec

from ratchet_common.events import Usage
from ratchet_common.vocabulary import TaskType
from ratchet_router.citations import quotes_in, stands_in
from ratchet_router.shaping import entries_in, item_text
from ratchet_scoring.nothing_said import says_nothing as tells_of_none

ALIKE: Final = 0.8  # of their words together, from which two items say the same
BY_CALL: Final = frozenset({TaskType.SUMMARY, TaskType.REPORT})  # a model has to write anew
NOT_SAID: Final = "The text does not say."
WORD: Final = re.compile(r"\w+")

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartAnswer:
    """What one call came to."""

    output: str = field(repr=False)
    usage: Usage = field(default_factory=Usage)
    cost_usd: Decimal = Decimal(0)
    items: tuple[str, ...] | None = field(default=None, repr=False)
    label: str | None = None
    confidence: float | None = None


def merged(task: TaskType, answers: Sequence[PartAnswer], texts: Sequence[str], labels: Sequence[str]) -> PartAnswer:
    """One answer for all, with what they used and cost together. `texts`: what each of them is about."""
    if task is TaskType.CLASSIFICATION:
        found = voted(answers, labels)
    elif task is TaskType.QA:
        found = best_supported(answers, texts)
    else:
        found = united(answers)
    return with_all_costs(found, answers)


def with_all_costs(answer: PartAnswer, calls: Sequence[PartAnswer]) -> PartAnswer:
    """The answer, with what all the calls that led to it used and cost."""
    return replace(answer, usage=used(calls), cost_usd=sum((one.cost_usd for one in calls), Decimal(0)))


def voted(answers: Sequence[PartAnswer], labels: Sequence[str]) -> PartAnswer:
    """The label with most votes, each as sure as its part where all of them say how sure they are."""
    known = [one for one in answers if one.label is not None]
    if not known:
        return answers[0]
    sure = all(one.confidence is not None for one in known)
    votes: dict[str, float] = defaultdict(float)
    for one in known:
        votes[one.label or ""] += (one.confidence or 0.0) if sure else 1.0
    order = list(dict.fromkeys([*labels, *votes]))
    label = min(votes, key=lambda name: (-votes[name], order.index(name)))
    total = sum(votes.values())
    return PartAnswer(output=label, label=label, confidence=round(votes[label] / total, 6) if total else 0.0)


def best_supported(answers: Sequence[PartAnswer], texts: Sequence[str]) -> PartAnswer:
    """The one that quotes its text most often, then the surest, then the first; one that found nothing comes last."""

    def worth(place: int) -> tuple[bool, int, float]:
        one = answers[place]
        quotes = sum(stands_in(quote, texts[place]) for quote in quotes_in(one.output))
        return not says_nothing(one.output), quotes, one.confidence or 0.0

    return answers[max(range(len(answers)), key=lambda place: (worth(place), -place))]


def says_nothing(output: str) -> bool:
    return not WORD.search(output) or tells_of_none(output)


def united(answers: Sequence[PartAnswer]) -> PartAnswer:
    """All items, each once, in their order. What was JSON in every part is JSON again."""
    entries = [entries_in(one.output) for one in answers]
    known = [one.confidence for one in answers if one.confidence is not None]
    confidence = min(known) if len(known) == len(answers) else None
    if all(its is not None for its in entries):
        every = once([entry for its in entries for entry in its or []])
        items = tuple(text for entry in every if (text := item_text(entry)))
        return PartAnswer(output=_as_json(answers[0].output, every), items=items, confidence=confidence)
    texts = once([item for one in answers for item in _items(one)])
    return PartAnswer(output="\n".join(f"- {item}" for item in texts), items=tuple(texts), confidence=confidence)


def once(entries: Sequence[T]) -> list[T]:
    """The first of those that say the same: nearly the same words, and the same figures.

    Two that are alike share one of the rarest words of each, so only those that do are compared: a prefix filter, as
    for joins of similar sets.
    """
    words = [_words(item_text(entry)) for entry in entries]
    seen = Counter(word for its in words for word in its)
    kept: list[int] = []
    holders: dict[str, list[int]] = defaultdict(list)
    for place, mine in enumerate(words):
        rarest = sorted(mine, key=lambda word: (seen[word], word))[: len(mine) - ceil(ALIKE * len(mine)) + 1]
        if any(_alike(mine, words[other]) for other in {other for word in rarest for other in holders[word]}):
            continue
        for word in rarest:
            holders[word].append(place)
        kept.append(place)
    return [entries[place] for place in kept]


def used(answers: Sequence[PartAnswer]) -> Usage:
    """Numbers add up; what holds of one of them holds of all."""
    every = [msgspec.structs.asdict(one.usage) for one in answers]
    sums = {
        name: any(one[name] for one in every) if isinstance(value, bool) else sum(one[name] for one in every)
        for name, value in every[0].items()
    }
    return Usage(**sums)


def to_be_merged(outputs: Sequence[str]) -> str:
    """What the model is given that makes one text out of those for the parts."""
    return "\n\n".join(f"Part {number}:\n{output.strip()}" for number, output in enumerate(outputs, 1))


def _items(answer: PartAnswer) -> Sequence[str]:
    if answer.items is not None:
        return answer.items
    return () if not answer.output.strip() else (answer.output.strip(),)


def _words(text: str) -> frozenset[str]:
    return frozenset(WORD.findall(text.casefold())) or frozenset({text})


def _alike(mine: frozenset[str], other: frozenset[str]) -> bool:
    if len(mine & other) < ALIKE * len(mine | other):
        return False
    return not any(letter.isdigit() for word in mine ^ other for letter in word)


def _as_json(first: str, entries: Sequence[Any]) -> str:
    """With whatever else the first of them had beside its list."""
    whole = msgspec.json.decode(first, type=dict[str, Any])
    return msgspec.json.encode({n: entries if isinstance(v, list) else v for n, v in whole.items()}).decode()
