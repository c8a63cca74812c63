"""What the demo's users ask, and what they would have answered."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a user who knows the right answer. `gold`: the label, or the reference summary."""

    document: str
    gold: str
    question: str = ""
    session: str = ""  # what belongs together: one conversation, one meeting


@dataclass(frozen=True, slots=True)
class Corpus:
    name: str
    task_type: str
    document_type: str
    labels: tuple[str, ...]
    training: tuple[Item, ...]  # asked, and corrected, before the training
    traffic: tuple[Item, ...]  # asked, and corrected, while the canary is on trial
    held_out: tuple[Item, ...]  # asked before and after; nobody says what was right
    min_examples: int  # how many the training waits for

    def commonest_answer_accuracy(self) -> float | None:
        """Of always giving the commonest label of the training part; None where there are no labels."""
        if not self.labels:
            return None
        commonest = Counter(item.gold for item in self.training).most_common(1)[0][0]
        return sum(item.gold == commonest for item in self.held_out) / len(self.held_out)


@dataclass(frozen=True, slots=True)
class Sizes:
    training: int
    held_out: int


def parted(items: Sequence[Item], sizes: Sizes, seed: int) -> tuple[tuple[Item, ...], ...]:
    """(training, traffic, held out), by whole sessions: what was asked in training is not asked again."""
    sessions: dict[str, list[Item]] = {}
    for index, item in enumerate(items):
        sessions.setdefault(item.session or str(index), []).append(item)
    order = list(sessions.values())
    random.Random(seed).shuffle(order)  # noqa: S311  a seed, not a secret
    training: list[Item] = []
    held_out: list[Item] = []
    traffic: list[Item] = []
    for together in order:
        part = training if len(training) < sizes.training else held_out if len(held_out) < sizes.held_out else traffic
        part.extend(together)
    return tuple(training), tuple(traffic), tuple(held_out)


def shuffled(corpus: Corpus, seed: int) -> Corpus:
    """The same requests with the gold answers dealt out anew: corrections that are noise."""
    items = [*corpus.training, *corpus.traffic, *corpus.held_out]
    golds = [item.gold for item in items]
    random.Random(seed).shuffle(golds)  # noqa: S311
    dealt = [replace(item, gold=gold) for item, gold in zip(items, golds, strict=True)]
    first, second = len(corpus.training), len(corpus.training) + len(corpus.traffic)
    return replace(
        corpus,
        name=f"{corpus.name}, labels shuffled",
        training=tuple(dealt[:first]),
        traffic=tuple(dealt[first:second]),
        held_out=tuple(dealt[second:]),
    )
