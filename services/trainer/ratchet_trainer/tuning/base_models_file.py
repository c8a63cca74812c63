"""The file of base models: read at the start. What is wrong in it is told with its line."""

import tomllib
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Annotated, Final

import msgspec

from ratchet_common.errors import CannotStartError
from ratchet_common.toml_checks import MisplacedError, converted
from ratchet_common.vocabulary import TaskType
from ratchet_trainer.tuning.base_models import BaseModel, BaseModels, negative_price, unknown_format

SHIPPED: Final = Path(__file__).parent / "base_models.toml"
SETTING: Final = "TRAINER_BASE_MODELS"


class BaseModelsFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    models: Annotated[list[BaseModel], msgspec.Meta(min_length=1, max_length=500)]


def read_base_models(path: Path = SHIPPED) -> BaseModels:
    """Raises CannotStartError with a sentence that names the line or the field that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        return understood(text)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise CannotStartError(f"The base models {path} (setting {SETTING}) cannot be read: {why}.") from error
    except (MisplacedError, tomllib.TOMLDecodeError) as error:
        why = error.placed(text) if isinstance(error, MisplacedError) else str(error)
        raise CannotStartError(
            f"The base models {path} (setting {SETTING}) are malformed: {why}. Correct it there."
        ) from error


def understood(text: str) -> BaseModels:
    """Raises MisplacedError, TOMLDecodeError."""
    found = converted(tomllib.loads(text, parse_float=Decimal), BaseModelsFile)
    seen: set[tuple[str, str]] = set()
    for index, model in zip(count(), found.models, strict=False):
        if wrong := _wrong(index, model, twice=model.key in seen):
            raise wrong
        seen.add(model.key)
    return BaseModels(tuple(found.models))


def _wrong(index: int, model: BaseModel, *, twice: bool) -> MisplacedError | None:
    here = ("models", index)
    if twice:
        return MisplacedError((*here, "name"), f"{model.platform} has two base models {model.name}")
    if (name := unknown_format(model)) is not None:
        return MisplacedError((*here, "methods"), f"{model.name} names the file format {name}, which there is not")
    if unknown := sorted(model.tasks - set(TaskType)):
        return MisplacedError((*here, "tasks"), f"{model.name} names the task {unknown[0]}, which there is not")
    if negative_price(model):
        return MisplacedError(here, f"{model.name} has a price below 0")
    wrong = next((name for name, its in model.hyperparameters.items() if its.least > its.most), None)
    if wrong is not None:
        return MisplacedError((*here, "hyperparameters", wrong), f"{wrong} has its least above its most")
    strange = next((name for name, its in model.hyperparameters.items() if its.methods - model.methods.keys()), None)
    if strange is not None:
        return MisplacedError((*here, "hyperparameters", strange), f"{strange} is of a method that the model has not")
    return None
