"""What a tenant wants to be told of: rules as data, checked when they come."""

from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from ratchet_monitor.alerts.burning import PAIRS, Pair
from ratchet_monitor.alerts.condition import Severity
from ratchet_monitor.alerts.words import Name, Words
from ratchet_monitor.buckets import SLOT_MINUTES

Metric = Literal[
    "error_rate",
    "format_error_rate",
    "latency_p50_ms",
    "latency_p95_ms",
    "latency_p99_ms",
    "cost_usd",
    "cost_per_answer_usd",
    "accuracy",
    "feedback_rate",
    "negative_share",
    "cache_hit_rate",
    "answers",
    "burn_rate",
]
SHARES: Final = frozenset(
    {"error_rate", "format_error_rate", "accuracy", "feedback_rate", "negative_share", "cache_hit_rate"}
)
Dimension = Literal["task", "model", "version", "template", "document_type"]
Indicator = Literal["answered", "in_time", "well_formed", "good"]

SLOTS_REACH: Final = 60  # minutes: longer windows are made of whole hours
LONGEST: Final = 30 * 24 * 60
SILENT_FOR: Final = 24 * 60  # minutes: for so long it is told of whoever answers no more that he does not


def _whole(minutes: int) -> int:
    if minutes % SLOT_MINUTES:
        raise ValueError(f"it is no multiple of {SLOT_MINUTES} minutes")
    if minutes > SLOTS_REACH and minutes % 60:
        raise ValueError(f"over {SLOTS_REACH} minutes it must be whole hours, a multiple of 60")
    return minutes


Window = Annotated[int, Field(ge=SLOT_MINUTES, le=LONGEST), AfterValidator(_whole)]


class Objective(BaseModel):
    """What share of answers must be good in the long run, and how fast the rest may be used up."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    indicator: Indicator = Field(
        "answered", description="a good answer: has not failed; came within `latency_ms`; has its form; was scored well"
    )
    target: float = Field(0.99, gt=0, lt=1, description="of the answers; the error budget is what is left to 1")
    latency_ms: float = Field(10_000, gt=0, le=86_400_000, description="of `in_time`")
    pairs: tuple[Pair, ...] = Field(PAIRS, min_length=1, max_length=6, description="the worst that burns counts")

    @model_validator(mode="after")
    def _windows(self) -> Self:
        for pair in self.pairs:
            _whole(pair.long_minutes)
            _whole(pair.short_minutes)
        return self


class RuleBody(BaseModel):
    """A metric over a window, beside a threshold; or an objective and how fast its error budget burns."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    metric: Metric
    where: dict[Dimension, Annotated[str, Field(max_length=200)]] = Field(
        {}, description="only answers of these; all if empty"
    )
    by: tuple[Dimension, ...] = Field((), max_length=3, description="an alert for each of their values; one if empty")
    comparison: Literal["above", "below"] = "above"
    threshold: float = Field(0, allow_inf_nan=False, description="in the metric's unit; a share is between 0 and 1")
    window_minutes: Window = 60
    for_minutes: int = Field(0, ge=0, le=1440, description="it must hold for so long before the alert opens")
    clear_minutes: int = Field(15, ge=0, le=1440, description="and must not for so long before it closes")
    at_least: int = Field(20, ge=0, le=1_000_000, description="answers that the metric is of: fewer say nothing")
    severity: Severity = "warning"
    objective: Objective | None = Field(None, description="of `burn_rate`, and of no other")
    group: Name | None = Field(None, description="alerts of one group are told together; default: of one rule")
    description: Words = Field("", max_length=500)
    enabled: bool = True

    @model_validator(mode="after")
    def _objective(self) -> Self:
        if (self.metric == "burn_rate") != (self.objective is not None):
            raise ValueError("an objective belongs to the metric burn_rate, and to no other: give both or neither")
        if len(set(self.by)) < len(self.by):
            raise ValueError("by names one thing twice")
        return self

    @property
    def filters(self) -> dict[str, str]:
        return {str(name): value for name, value in self.where.items()}

    @property
    def windows(self) -> tuple[int, ...]:
        """Minutes. The longest says what there is of what it goes by: of few answers, whoever has ceased as well."""
        if self.objective is None:
            few = self.metric == "answers" and self.comparison == "below" and self.by
            return (self.window_minutes, self.window_minutes + SILENT_FOR) if few else (self.window_minutes,)
        return tuple({minutes for pair in self.objective.pairs for minutes in (pair.long_minutes, pair.short_minutes)})


class Rule(RuleBody):
    rule_id: Name

    @property
    def source(self) -> str:
        return f"rule:{self.rule_id}"

    @property
    def body(self) -> dict[str, Any]:
        return self.model_dump(exclude={"rule_id"})
