"""What is in a dataset: lengths, words, labels, what was dropped and what was scrubbed."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Self

from ratchet_scoring.scorers import render_target
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.dataset import Manifest
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.tokens import tokens_of
from ratchet_trainer.privacy.scrubbing import without_placeholders

_WORD = re.compile(r"\w+")
MOST_WORDS = 500_000  # of the vocabulary are told apart
COUNTED_AS: Final = FORMATS["openai"]  # tokens of its lines; those of other formats are about as many


@dataclass(frozen=True, slots=True)
class Read:
    """What reading through some examples finds. Lengths are characters; only `tokens` and `made` know of examples
    that were made of others.
    """

    examples: int = 0
    input_chars: int = 0
    output_chars: int = 0
    words: frozenset[str] = frozenset()
    pii: Mapping[str, int] = field(default_factory=dict)
    tokens: int = 0
    made: Mapping[str, int] = field(default_factory=dict)  # by recipe

    def with_(self, other: "Read") -> Self:
        words = self.words if len(self.words) >= MOST_WORDS else self.words | other.words
        return type(self)(
            self.examples + other.examples,
            self.input_chars + other.input_chars,
            self.output_chars + other.output_chars,
            words,
            Counter(self.pii) + Counter(other.pii),
            self.tokens + other.tokens,
            Counter(self.made) + Counter(other.made),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """Of what is there still: `present` by side, where the manifest says how many there were."""

    total_examples: int
    avg_input_length: float  # characters
    avg_output_length: float
    vocabulary_size: int  # different words of inputs and outputs
    label_balance: Mapping[str, float]  # each label's share
    duplicates_dropped: int
    near_duplicates_dropped: int
    pii_found: Mapping[str, int]  # distinct values that were scrubbed, by kind
    present: Mapping[Side, int] = field(default_factory=dict)
    made: Mapping[str, int] = field(default_factory=dict)  # examples for training made of others, by recipe
    tokens_estimated: Mapping[Side, int] = field(default_factory=dict)  # with those


def read_through(examples: Sequence[Example]) -> Read:
    """Runs in a worker process."""
    stored = [example for example in examples if example.augmented_from is None]
    inputs = [f"{example.document} {example.question}".strip() for example in stored]
    outputs = [render_target(example.task_type, example.target) for example in stored]
    words = {word for text in inputs + outputs for word in _WORD.findall(without_placeholders(text).casefold())}
    pii: Counter[str] = Counter()
    for example in stored:
        pii.update(example.pii)
    made = Counter(example.augmentation for example in examples if example.augmentation is not None)
    tokens = tokens_of(examples, COUNTED_AS)
    return Read(len(stored), sum(map(len, inputs)), sum(map(len, outputs)), frozenset(words), pii, tokens, made)


def analysed(by_side: Mapping[Side, Read], manifest: Manifest) -> Analysis:
    read = Read()
    for its in by_side.values():
        read = read.with_(its)
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
        present={side: its.examples for side, its in by_side.items()},
        made=dict(sorted(read.made.items())),
        tokens_estimated={side: its.tokens for side, its in by_side.items()},
    )


def _mean(total: int, count: int) -> float:
    return round(total / count, 1) if count else 0.0
