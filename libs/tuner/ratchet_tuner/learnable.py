"""Which tokens of a conversation are learned: the assistant's, and no others. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from ratchet_tuner.lines import Turn

NOT_LEARNED: Final = -100  # as PyTorch's cross entropy leaves a token out
Encode = Callable[
    [Sequence[Turn], bool], list[int]
]  # by the chat template; true: up to where the model begins to speak


@dataclass(frozen=True, slots=True)
class Learnable:
    """`labels`: for each of `input_ids` the same, or NOT_LEARNED."""

    input_ids: list[int] = field(repr=False)
    labels: list[int] = field(repr=False)

    @property
    def learned(self) -> int:
        return sum(label != NOT_LEARNED for label in self.labels)


def learnable(turns: Sequence[Turn], encode: Encode) -> Learnable:
    """Some templates write an earlier turn another way once others follow (they drop what it thought): where what was
    written up to a turn is not how the whole begins, that turn is not learned."""
    whole = encode(turns, False)
    labels = [NOT_LEARNED] * len(whole)
    for place, turn in enumerate(turns):
        if turn.role == "assistant":
            start, end = _between(turns, place, whole, encode)
            labels[start:end] = whole[start:end]
    return Learnable(whole, labels)


def _between(turns: Sequence[Turn], place: int, whole: list[int], encode: Encode) -> tuple[int, int]:
    """Tokens may merge where the assistant begins to speak: what is learned starts where they differ."""
    start = in_common(encode(turns[:place], True), whole)
    after = encode(turns[: place + 1], False)
    end = in_common(after, whole)
    return (start, end) if end == len(after) else (start, start)


def in_common(one: Sequence[int], other: Sequence[int]) -> int:
    """How many tokens both begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (a, b) in pairs if a != b), min(len(one), len(other)))
