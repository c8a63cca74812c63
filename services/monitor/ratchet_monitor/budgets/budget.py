"""A tenant's monthly budget, of everything or of one task or model: data, checked when it comes."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from ratchet_common.vocabulary import EMBEDDING, TaskType
from ratchet_monitor.alerts.fitting import Unfit
from ratchet_monitor.alerts.words import Name, Words
from ratchet_monitor.spending import Slice

LEAST, DEAREST = 0.01, 1e9
SHARES: Final = (0.5, 0.8, 1.0)
WARNS, CRITICAL = 0.8, 1.0


def _task(name: str) -> str:
    if name not in ("", EMBEDDING, *(task.value for task in TaskType)):
        raise ValueError(f"there is no such task; the known ones are {EMBEDDING}, {', '.join(TaskType)}")
    return name


def _rising(shares: tuple[float, ...]) -> tuple[float, ...]:
    to_a_thousandth = tuple(round(one, 3) for one in shares)
    if list(to_a_thousandth) != sorted(set(to_a_thousandth)):
        raise ValueError("they must rise, each named once, to a thousandth")
    return to_a_thousandth


Share = Annotated[float, Field(ge=0.001, le=10, allow_inf_nan=False)]


class BudgetBody(BaseModel):
    """USD of a calendar month (UTC): what providers bill, calls whose answers were not given included."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    amount_usd: float = Field(ge=LEAST, le=DEAREST, allow_inf_nan=False)
    task_type: Annotated[str, AfterValidator(_task)] = Field("", max_length=64, description="only this; all if empty")
    model: str = Field("", max_length=200, description="only what this one answered; all if empty")
    shares: Annotated[tuple[Share, ...], AfterValidator(_rising)] = Field(
        SHARES, max_length=10, description="of the amount: an alert when each is reached"
    )
    forecast: bool = Field(True, description="an alert, too, when the forecast's interval crosses the amount")
    description: Words = Field("", max_length=500)
    enabled: bool = True

    @property
    def slice(self) -> Slice:
        return Slice(self.task_type, self.model)


class Budget(BudgetBody):
    budget_id: Name

    @property
    def source(self) -> str:
        return f"budget:{self.budget_id}"


def unfit(budget: BudgetBody) -> Unfit | None:
    """Refused when it comes and not when it is read: what a tenant has set down before is read as it is."""
    if budget.enabled and not budget.shares and not budget.forecast:
        why = "With no share and without the forecast it would tell nobody, whatever is spent: name a share, such as 1."
        return Unfit("shares", why)
    return None
