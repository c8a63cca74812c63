"""How an order is written for the platform. Pure."""

import re
from collections.abc import Mapping
from typing import Any, Final

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.openai.failing import PLATFORM
from ratchet_trainer.platforms.platform import Method, Order, PlatformRefusedError, Value

TOKEN: Final = "ratchet"  # noqa: S105  the name under which a run's metadata has the order's token
LONGEST_SUFFIX: Final = 64
SEEDS: Final = 2**31
NAMES: Final[Mapping[Method, Mapping[str, str]]] = {
    "supervised": {
        "epochs": "n_epochs",
        "batch_size": "batch_size",
        "learning_rate_multiplier": "learning_rate_multiplier",
    },
    "dpo": {
        "epochs": "n_epochs",
        "batch_size": "batch_size",
        "learning_rate_multiplier": "learning_rate_multiplier",
        "beta": "beta",
    },
}


def request_of(order: Order, files: Mapping[Side, str]) -> dict[str, Any]:
    """The arguments of the client's `create`. Raises PlatformRefusedError."""
    request: dict[str, Any] = {
        "model": order.base_model,
        "training_file": files[Side.TRAIN],
        "method": {"type": order.method, order.method: {"hyperparameters": hyperparameters_of(order)}},
        "seed": order.seed % SEEDS,
        "suffix": suffix_of(order.task_type),
        "metadata": {TOKEN: order.token, "task": order.task_type},
    }
    if Side.VALIDATION in files:
        request["validation_file"] = files[Side.VALIDATION]
    return request


def hyperparameters_of(order: Order) -> dict[str, Value]:
    names = NAMES[order.method]
    if unknown := sorted(order.hyperparameters.keys() - names.keys()):
        raise PlatformRefusedError(
            f"The platform {PLATFORM} knows no hyper-parameter {unknown[0]} of {order.method}: it has "
            f"{', '.join(names)}.",
            field=f"hyperparameters.{unknown[0]}",
        )
    return {names[name]: value for name, value in order.hyperparameters.items()}


def suffix_of(task_type: str) -> str:
    """It becomes a part of the model's name."""
    return re.sub(r"[^a-z0-9]+", "-", f"ratchet-{task_type}".lower())[:LONGEST_SUFFIX].strip("-")


def file_name(order: Order, side: Side) -> str:
    return f"{order.name}-{side}.jsonl"
