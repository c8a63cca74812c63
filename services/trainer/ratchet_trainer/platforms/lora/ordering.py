"""From a job's order to the tuner's. Pure, but for a look whether the base model's folder is there."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from ratchet_trainer.platforms.platform import Order, PlatformRefusedError
from ratchet_tuner.order import Device
from ratchet_tuner.order import Order as TunerOrder

HYPERPARAMETERS: Final = (
    "epochs",
    "batch_size",
    "learning_rate",
    "rank",
    "alpha",
    "dropout",
    "beta",
    "max_tokens",
)
LEARNING_RATES: Final = {"supervised": 2e-4, "dpo": 1e-5, "embeddings": 1e-4}  # usual for adapters
ON_HUB: Final = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What the settings say for all runs. `models`: where base models lie, a folder each."""

    models: Path | None = None
    hub: bool = False
    device: Device = "cuda"
    four_bit: bool = False
    examples_at_once: int = 4
    max_tokens: int = 2048


def ordered(order: Order, habits: Habits) -> TunerOrder:
    """Raises PlatformRefusedError."""
    unknown = sorted(order.hyperparameters.keys() - set(HYPERPARAMETERS))
    if unknown:
        known = ", ".join(HYPERPARAMETERS)
        raise PlatformRefusedError(f"The platform lora has no hyper-parameter {unknown[0]}: it has {known}.")
    fields: dict[str, Any] = {
        "base_model": base_model(order.base_model, habits),
        "method": order.method,
        "device": habits.device,
        "hub": habits.hub,
        "four_bit": habits.four_bit,
        "at_once": habits.examples_at_once,
        "max_tokens": habits.max_tokens,
        "learning_rate": LEARNING_RATES[order.method],
        "seed": order.seed,
        "lineage": {"job": order.token, "task_type": order.task_type, "base_model": order.base_model},
    }
    try:
        return msgspec.convert(fields | dict(order.hyperparameters), TunerOrder)
    except msgspec.ValidationError as error:
        raise PlatformRefusedError(f"The platform lora refuses the order: {error}.") from error


def base_model(name: str, habits: Habits) -> str:
    """A folder within that of the models, and none beside it: whoever may start jobs may not look around here."""
    if habits.models is not None and (folder := _folder_in(habits.models.resolve(), name)):
        return str(folder)
    if habits.hub and ON_HUB.fullmatch(name):
        return name
    put = f"put its folder into {habits.models}" if habits.models else "set TRAINER_LORA_MODELS_DIR to where models lie"
    raise PlatformRefusedError(
        f"The platform lora has no base model {name[:200]}: {put}, or allow the hub (TRAINER_LORA_HUB).",
        field="base_model",
    )


def _folder_in(root: Path, name: str) -> Path | None:
    try:
        folder = (root / name).resolve()
        return folder if root in folder.parents and folder.is_dir() else None
    except (OSError, ValueError):  # too long, or with a letter that no name has
        return None
