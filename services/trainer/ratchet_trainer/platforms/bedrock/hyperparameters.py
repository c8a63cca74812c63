"""Our names of hyper-parameters in the words of each family of Bedrock's models. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from ratchet_trainer.platforms.platform import PlatformRefusedError, Value

NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Family:
    """`always`: what the family must be told and knows one value of."""

    mark: str  # in the name of each of its models
    names: Mapping[str, str]
    always: Mapping[str, str] = field(default_factory=lambda: NOTHING)


CLAUDE: Final = Family(
    "anthropic.claude",
    {
        "epochs": "epochCount",
        "batch_size": "batchSize",
        "learning_rate_multiplier": "learningRateMultiplier",
        "early_stopping_threshold": "earlyStoppingThreshold",
        "early_stopping_patience": "earlyStoppingPatience",
    },
)
NOVA: Final = Family(
    "amazon.nova",
    {"epochs": "epochCount", "learning_rate": "learningRate", "warmup_steps": "learningRateWarmupSteps"},
    {"batchSize": "1"},
)
LLAMA: Final = Family("meta.llama", {"epochs": "epochCount", "learning_rate": "learningRate"}, {"batchSize": "1"})
FAMILIES: Final = (CLAUDE, NOVA, LLAMA)


def as_bedrock_says(base_model: str, given: Mapping[str, Value]) -> dict[str, str]:
    """Strings, all of them. Raises PlatformRefusedError for a name that would be left unsaid."""
    family = next((family for family in FAMILIES if family.mark in base_model), None)
    if family is None:
        known = ", ".join(family.mark for family in FAMILIES)
        raise PlatformRefusedError(
            f"The platform bedrock tunes models of {known}; {base_model} is of none of them.", field="base_model"
        )
    if unknown := sorted(given.keys() - family.names.keys()):
        raise PlatformRefusedError(
            f"{base_model} has no hyper-parameter {unknown[0]}: it has {', '.join(sorted(family.names))}.",
            field=f"hyperparameters.{unknown[0]}",
        )
    return {family.names[name]: _plain(value) for name, value in given.items()} | dict(family.always)


def _plain(value: Value) -> str:
    """0.00001, as Bedrock's pages write it, where Python writes 1e-05."""
    return value if isinstance(value, str) else format(Decimal(repr(value)).normalize(), "f")
