"""An order in Vertex's words. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Order, PlatformRefusedError, Value
from ratchet_trainer.platforms.vertex.settings import VertexSettings

NAMES: Final[Mapping[str, str]] = {
    "epochs": "epoch_count",
    "learning_rate_multiplier": "learning_rate_multiplier",
    "adapter_size": "adapter_size",
}
ADAPTERS: Final[Mapping[int, str]] = {
    1: "ADAPTER_SIZE_ONE",
    2: "ADAPTER_SIZE_TWO",
    4: "ADAPTER_SIZE_FOUR",
    8: "ADAPTER_SIZE_EIGHT",
    16: "ADAPTER_SIZE_SIXTEEN",
    32: "ADAPTER_SIZE_THIRTY_TWO",
}
NO_LABEL: Final = re.compile(r"[^a-z0-9_-]")
MOST_LABEL: Final = 63


@dataclass(frozen=True, slots=True)
class Request:
    """As `tunings.tune` takes it."""

    base_model: str
    training_dataset: dict[str, str]
    config: dict[str, Any]


def request_of(order: Order, files: Mapping[Side, str], settings: VertexSettings) -> Request:
    """Raises PlatformRefusedError for what Vertex has no words for."""
    if order.method != "supervised":
        raise PlatformRefusedError(f"Vertex does not tune by {order.method} here: take supervised.", field="method")
    if Side.TRAIN not in files:
        raise PlatformRefusedError("A job of Vertex's needs a training file, and none was uploaded.")
    config: dict[str, Any] = {
        "tuned_model_display_name": order.name,
        "labels": labels_of(order),
        "export_last_checkpoint_only": True,  # each other one would become an endpoint too, which nobody asks
        **hyperparameters_of(order.base_model, order.hyperparameters),
    }
    if Side.VALIDATION in files:
        config["validation_dataset"] = {"gcs_uri": files[Side.VALIDATION]}
    if settings.vertex_kms_key:
        config["encryption_spec"] = {"kms_key_name": settings.vertex_kms_key}
    return Request(order.base_model, {"gcs_uri": files[Side.TRAIN]}, config)


def hyperparameters_of(base_model: str, given: Mapping[str, Value]) -> dict[str, Value]:
    if unknown := sorted(given.keys() - NAMES.keys()):
        raise PlatformRefusedError(
            f"{base_model} has no hyper-parameter {unknown[0]}: it has {', '.join(sorted(NAMES))}.",
            field=f"hyperparameters.{unknown[0]}",
        )
    told = {NAMES[name]: value for name, value in given.items()}
    if "adapter_size" in told:
        told["adapter_size"] = _adapter(told["adapter_size"])
    return told


def labels_of(order: Order) -> dict[str, str]:
    its = {"ratchet-tenant": order.tenant, "ratchet-task": order.task_type, "ratchet-job": order.token}
    return {key: NO_LABEL.sub("_", value.lower())[:MOST_LABEL] for key, value in its.items()}


def _adapter(size: Value) -> str:
    name = ADAPTERS.get(int(size)) if isinstance(size, int | float) and float(size).is_integer() else None
    if name is None:
        known = ", ".join(map(str, ADAPTERS))
        raise PlatformRefusedError(
            f"Vertex has no adapter of size {size}: it has {known}.", field="hyperparameters.adapter_size"
        )
    return name
