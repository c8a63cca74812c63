"""With what a model is tuned, where nobody said it: by the number of examples, within the base model's ranges. Pure.

Few examples are gone through more often, and with longer strides: 500 take 3 epochs and a multiplier of 1.5.
"""

from bisect import bisect_left
from collections.abc import Mapping
from typing import Final

from ratchet_scoring.scorers import LABEL_TASKS
from ratchet_trainer.platforms.platform import Method, Value
from ratchet_trainer.tuning.base_models import BaseModel, Range

EXAMPLES: Final = (100, 1_000, 10_000)  # up to so many, then more
EPOCHS: Final = (4, 3, 2, 1)
MULTIPLIERS: Final = (2.0, 1.5, 1.0, 1.0)
BATCHES: Final = (4, 8, 16, 32)
DPO_BETA: Final = 0.1


def suggested(model: BaseModel, method: Method, task_type: str, examples: int) -> dict[str, Value]:
    """What the platform chooses better by itself, or has no place for, is not in it."""
    place = bisect_left(EXAMPLES, examples)
    epochs = EPOCHS[place] + (place == 0 and task_type in LABEL_TASKS)  # a label is one word to learn from
    wanted: dict[str, float] = {
        "epochs": 1 if method == "dpo" else epochs,
        "learning_rate_multiplier": MULTIPLIERS[place],
        "batch_size": BATCHES[place],
    } | ({"beta": DPO_BETA} if method == "dpo" else {})
    known = {name: its for name, its in model.ranges(method).items() if name in wanted}
    return {name: _within(its, wanted[name]) for name, its in known.items()}


def chosen(
    model: BaseModel, method: Method, task_type: str, examples: int, given: Mapping[str, Value]
) -> dict[str, Value]:
    """What was asked for goes before what is suggested."""
    return suggested(model, method, task_type, examples) | dict(given)


def epochs_of(model: BaseModel, hyperparameters: Mapping[str, Value]) -> float:
    """How often the training file is gone through, and paid for."""
    given = hyperparameters.get("epochs")
    if isinstance(given, int | float):
        return float(given)
    its = model.hyperparameters.get("epochs")
    return (its.default or 1.0) if its else 1.0


def _within(its: Range, wanted: float) -> Value:
    value = min(max(wanted, its.least), its.most)
    return int(value) if its.whole else value
