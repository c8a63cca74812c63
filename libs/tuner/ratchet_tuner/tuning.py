"""What the three ways of tuning have in common."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from ratchet_tuner.base import Place
from ratchet_tuner.failing import CannotTuneError
from ratchet_tuner.order import TRAIN, VALIDATION, Order

Example = TypeVar("Example")


@dataclass(frozen=True, slots=True)
class Bench:
    """What lies ready for a trainer."""

    order: Order
    work: Path
    place: Place
    model: Any
    tokenizer: Any


@dataclass(frozen=True, slots=True)
class Prepared:
    """`epoch_tokens`: of the training examples, once. `left_out`: examples that are longer than the order allows."""

    trainer: Any
    examples: int
    epoch_tokens: int
    left_out: int


def short_enough(order: Order, examples: Sequence[tuple[int, Example]]) -> list[Example]:
    """`examples`: each with its length in tokens. A cut one would teach to stop in the middle, or to answer what it had
    not read: so it is left out."""
    return [example for tokens, example in examples if tokens <= order.max_tokens]


def something_left(order: Order, read: int, left: int) -> None:
    """Raises CannotTuneError."""
    if not read:
        raise CannotTuneError(f"{TRAIN} is not there or has no examples: write some.")
    if not left:
        raise CannotTuneError(
            f"All {read} examples have more than {order.max_tokens} tokens or nothing to learn: raise max_tokens."
        )


def files(work: Path) -> tuple[Path, Path]:
    return work / TRAIN, work / VALIDATION
