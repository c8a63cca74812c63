"""What is in a dataset: lengths, words, labels, what was dropped and what was scrubbed."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from ratchet_scoring.scorers import render_target
from ratchet_trainer.dataset import Manifest
from ratchet_trainer.example import Example
from ratchet_trainer.scrubbing import without_placeholders

_WORD = re.compile(r"\w+")
MOST_WORDS = 500_000  # of the vocabulary are told apart


@dataclass(frozen=True, slots=True)
class Read:
    """What reading through some examples finds. Lengths are characters."""

    examples: int = 0
    input_chars: int = 0
    output_chars: int = 0
    words: frozenset[str] = frozenset()
    pii: Mapping[str, int] = field(default_factory=dict)

    def with_(self, other: "Read") -> Self:
        words = self.words if len(self.words) >= MOST_WORDS else self.words | other.words
        return type(self)(
            self.examples + other.examples,
            self.input_chars + other.input_chars,
            self.output_chars + other.output_chars,
            words,
            Counter(self.pii) + Counter(other.pii),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    total_examples: int
    avg_input_length: float  # characters
    avg_output_length: float
    vocabulary_size: int  # different words of inputs and outputs
    label_balance: Mapping[str, float]  # each label's share
    duplicates_dropped: int
    near_duplicates_dropped: int
    pii_found: Mapping[str, int]  # distinct values that were scrubbed, by kind


def read_through(examples: Sequence[Example]) -> Read:
    """Runs in a worker process."""
    inputs = [f"{example.document} {example.question}".strip() for example in examples]
    outputs = [render_target(example.task_type, example.target) for example in examples]
    words = {word for text in inputs + outputs for word in _WORD.findall(without_placeholders(text).casefold())}
    pii: Counter[str] = Counter()
    for example in examples:
        pii.update(example.pii)
    return Read(len(examples), sum(map(len, inputs)), sum(map(len, outputs)), frozenset(words), pii)


def analysed(read: Read, manifest: Manifest) -> Analysis:
    labelled = sum(manifest.by_label.values())
    return Analysis(
        total_examples=read.examples,
        avg_input_length=_mean(read.input_chars, read.examples),
        avg_output_length=_mean(read.output_chars, read.examples),
        vocabulary_size=len(read.words),
        label_balance={label: round(count / labelled, 4) for label, count in manifest.by_label.items()},
        duplicates_dropped=manifest.dropped.same_text,
        near_duplicates_dropped=manifest.dropped.nearly_same_text,
        pii_found=dict(sorted(read.pii.items())),
    )


def _mean(total: int, count: int) -> float:
    return round(total / count, 1) if count else 0.0
