"""What can be tuned, where, with what, for how much, and until when: catalogue data. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_trainer.formats.checking import FileLimits
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.platforms.platform import Method, Value

PlatformName = Literal["local", "openai", "bedrock", "vertex", "lora"]
FEWEST: Final = 10  # examples that a model is tuned with which knows much before
MILLION: Final = 1_000_000
ANY: Final = "*"  # the name of what stands for every model that is not listed
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Count = Annotated[int, msgspec.Meta(ge=1)]


class BaseModelRefusedError(RefusedError):
    type = "base-model-refused"
    title = "This base model cannot be tuned so"


class Range(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of a hyper-parameter, with both ends. `default`: what the platform itself takes, None where it chooses.

    `only`: the values that there are, where not all between the ends are taken. `methods`: the only ones that have it;
    none: all of the model's.
    """

    least: float
    most: float
    default: float | None = None
    whole: bool = False
    only: tuple[float, ...] = ()
    methods: frozenset[Method] = frozenset()


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one side's file."""

    least_lines: Count = 1
    most_lines: Count = 10_000_000
    most_bytes: Count = 1024**3


class BaseModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`methods`: by each, the format that its files have. `tasks`: the only ones that it learns; none: all.

    `usd_per_million_tokens`: of training, for each epoch; None: unknown, and such a job has no estimate of its price.
    `jobs_until`: the last day on which it takes new jobs. `serves_until`: the last day of what was tuned on it.
    """

    platform: PlatformName
    name: Name
    methods: Annotated[dict[Method, str], msgspec.Meta(min_length=1)]
    tasks: frozenset[str] = frozenset()
    hyperparameters: dict[str, Range] = {}
    training: Limits = Limits()
    validation: Limits = Limits()
    line_tokens: Count = 10_000_000
    usd_per_million_tokens: Decimal | None = None
    usd_per_hour: Decimal | None = None  # of a machine of one's own
    usd_per_month: Decimal = Decimal(0)  # of keeping what came out
    tells_loss: bool = True  # on the validation side, when a run has ended
    stops_early: bool = False  # a run may be ended after some epochs, and what it has learned until then is known
    jobs_until: date | None = None
    serves_until: date | None = None
    successor: str = ""
    source: str = ""  # where limits and prices were read, and when

    @property
    def key(self) -> tuple[str, str]:
        return self.platform, self.name

    def ranges(self, method: Method) -> dict[str, Range]:
        """Of the hyper-parameters that it has when it is tuned by `method`."""
        return {name: its for name, its in self.hyperparameters.items() if not its.methods or method in its.methods}

    def file_limits(self, *, validation: bool = False) -> FileLimits:
        its = self.validation if validation else self.training
        return FileLimits(
            least_lines=its.least_lines,
            most_lines=its.most_lines,
            most_bytes=its.most_bytes,
            line_tokens=self.line_tokens,
        )


@dataclass(frozen=True, slots=True)
class BaseModels:
    models: Sequence[BaseModel]

    def known(self, platform: str, name: str) -> BaseModel | None:
        """What the catalogue says of it today, if anything."""
        try:
            return self.of(platform, name)
        except BaseModelRefusedError:
            return None

    def of(self, platform: str, name: str) -> BaseModel:
        """Without a name: the platform's first that has one. Raises BaseModelRefusedError."""
        there = [model for model in self.models if model.platform == platform]
        found = next((model for model in there if model.name == name or (not name and model.name != ANY)), None)
        if found is not None:
            return found
        any_other = next((model for model in there if name and model.name == ANY), None)
        if any_other is not None:
            return msgspec.structs.replace(any_other, name=name)
        known = ", ".join(model.name for model in there if model.name != ANY) or "none in the catalogue"
        if not name:
            raise BaseModelRefusedError(f"Name the base model that {platform} shall tune.", field="base_model")
        raise BaseModelRefusedError(
            f"The platform {platform} has no base model {name}: there are {known}. "
            "Another one can be added to the file that TRAINER_BASE_MODELS names.",
            field="base_model",
        )


def ended_on(model: BaseModel, today: date) -> date | None:
    """The day after which it takes no jobs, where that is past."""
    days = [day for day in (model.jobs_until, model.serves_until) if day is not None and today > day]
    return min(days, default=None)


def allowed(model: BaseModel, task_type: str, method: Method, today: date) -> None:
    """Raises BaseModelRefusedError, which names what may be taken instead."""
    past = ended_on(model, today)
    if past is not None:
        instead = f"take {model.successor} instead" if model.successor else "take another base model"
        raise BaseModelRefusedError(
            f"{model.name} takes no jobs since {past:%d %B %Y}: {instead}.",
            field="base_model",
            successor=model.successor,
        )
    if model.tasks and task_type not in model.tasks:
        raise BaseModelRefusedError(
            f"{model.name} cannot learn {task_type}: it learns {', '.join(sorted(model.tasks))}.", field="task_type"
        )
    if method not in model.methods:
        raise BaseModelRefusedError(
            f"{model.name} is not tuned by {method}: its methods are {', '.join(sorted(model.methods))}.",
            field="method",
        )


def enough(model: BaseModel) -> int | None:
    """So many examples make a dataset for it. None: as many as for any: a student knows nothing but them."""
    return None if model.platform == "local" else max(model.training.least_lines, FEWEST)


def in_range(
    model: BaseModel, method: Method, given: Mapping[str, Value], field: str = "hyperparameters"
) -> dict[str, Value]:
    """As they were given, whole where they must be. `field`: of the request, where they stood.

    Raises BaseModelRefusedError for the first that cannot be.
    """
    ranges = model.ranges(method)
    return {name: _in_range(model, method, ranges, name, value, field) for name, value in given.items()}


def _in_range(
    model: BaseModel, method: Method, ranges: Mapping[str, Range], name: str, value: Value, field: str
) -> Value:
    its = ranges.get(name)
    if its is None:
        known = ", ".join(sorted(ranges)) or "none"
        raise BaseModelRefusedError(
            f"{model.name} has no hyper-parameter {name} when it is tuned by {method}: it has {known}.",
            field=f"{field}.{name}",
        )
    whole = not isinstance(value, str) and float(value).is_integer()
    if isinstance(value, str) or not its.least <= value <= its.most or (its.whole and not whole):
        kind = "a whole number" if its.whole else "a number"
        raise BaseModelRefusedError(
            f"{name} of {model.name} is {kind} from {its.least:g} to {its.most:g}.", field=f"{field}.{name}"
        )
    if its.only and value not in its.only:
        raise BaseModelRefusedError(
            f"{name} of {model.name} is one of {', '.join(f'{one:g}' for one in its.only)}.",
            field=f"{field}.{name}",
        )
    return int(value) if its.whole else value


def training_usd(model: BaseModel, tokens: int, epochs: float) -> Decimal | None:
    """`tokens`: of the training file, once."""
    if model.usd_per_million_tokens is None:
        return None
    return model.usd_per_million_tokens * tokens * Decimal(str(epochs)) / MILLION


def negative_price(model: BaseModel) -> bool:
    prices = (model.usd_per_million_tokens, model.usd_per_hour, model.usd_per_month)
    return any(price is not None and price < 0 for price in prices)


def unknown_format(model: BaseModel) -> str | None:
    return next((name for name in model.methods.values() if name not in FORMATS and name != STUDENT_FORMAT), None)


STUDENT_FORMAT: Final = "student"
