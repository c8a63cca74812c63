"""HTTP in: what a report is asked for, and what is wrong with it, by field."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Final, Literal, Self

from pydantic import ConfigDict, Field, JsonValue, model_validator
from pydantic_core import PydanticCustomError

from ratchet_common.errors import RefusedError
from ratchet_figures.names import FEWEST_A_YEAR, LEVEL, MAY_GROW, MOST_A_YEAR, OF_PRICES, OF_STATEMENTS
from ratchet_router.api.context_body import ContextBody
from ratchet_router.api.generate import Requirements
from ratchet_router.api.given import GivenBody
from ratchet_router.api.portfolio_body import Finite, Name, PortfolioBody
from ratchet_router.names import AUTO
from ratchet_router.priorities import Priorities
from ratchet_router.reporting.wanted import PARTS, Computing, GivenItem, GivenStatement, Part, Wanted

MOST_STATEMENTS: Final = 200
MOST_ERRORS: Final = 20
Short = Annotated[str, Field(min_length=1, max_length=200)]
Measure = Annotated[str, Field(json_schema_extra={"enum": list(OF_PRICES)})]
Ratio = Annotated[str, Field(json_schema_extra={"enum": list(OF_STATEMENTS)})]
Growing = Annotated[str, Field(json_schema_extra={"enum": list(MAY_GROW)})]
EXAMPLE: Final[dict[str, JsonValue]] = {
    "question": "What were the return and the Sharpe ratio of the portfolio, and what do the filings say of the risks?",
    "portfolio": {
        "weights": {"A": 0.6, "B": 0.4},
        "prices": {
            "A": {"2026-01-02": 100.0, "2026-01-05": 101.5, "2026-01-06": 100.9},
            "B": {"2026-01-02": 20.0, "2026-01-05": 19.8, "2026-01-06": 20.4},
        },
    },
    "context": {"companies": ["Example Corporation"]},
}


class GivenTwiceError(RefusedError):
    type = "invalid"
    title = "A field of the request is there twice"

    def __init__(self, wrong: Sequence[tuple[str, str]]) -> None:
        (field, message), more = wrong[0], len(wrong) - 1
        others = f" So {'is one more' if more == 1 else f'are {more:,} more'}." if more else ""
        errors = [{"field": one, "message": what} for one, what in wrong[:MOST_ERRORS]]
        super().__init__(f"{field}: {message}.{others}", errors=errors)


class ItemBody(GivenBody):
    value: Finite
    document: str = Field("", max_length=200, description="where it stands")
    page: int = Field(0, ge=0, le=100_000, description="from 1; 0: not said")


class StatementBody(GivenBody):
    """What a company reported for a period, in one currency and one scale; costs and debts are positive."""

    company: Name
    first: date
    last: date
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")] = "USD"
    scale: int = Field(1, ge=1, le=1_000_000_000_000, description="what a value of 1 stands for, such as 1000000")
    items: dict[Growing, Finite | ItemBody] = Field(min_length=1, max_length=len(MAY_GROW))

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _known("items", self.items, MAY_GROW)
        if self.first > self.last:
            raise PydanticCustomError("period", "it ends before it begins")
        return self

    def statement(self) -> GivenStatement:
        items = {
            name: GivenItem(its.value, its.document, its.page) if isinstance(its, ItemBody) else GivenItem(its)
            for name, its in self.items.items()
        }
        return GivenStatement(
            company=self.company,
            first=self.first,
            last=self.last,
            currency=self.currency,
            scale=self.scale,
            items=items,
        )


class ComputeBody(GivenBody):
    """Without any names the question decides what is computed."""

    measures: list[Measure] = Field([], max_length=len(OF_PRICES), description="of prices")
    ratios: list[Ratio] = Field([], max_length=len(OF_STATEMENTS), description="of statements")
    growing: list[Growing] = Field([], max_length=len(MAY_GROW), description="items of statements")
    first: date | None = None
    last: date | None = None
    level: float = Field(LEVEL, gt=0.5, lt=1, description="of value at risk")
    risk_free: float = Field(0.0, gt=-0.5, lt=1, description="a year: .03 stands for 3 %")
    rebalancing: Literal["each_period", "never"] = "each_period"
    per_year: float | None = Field(
        None,
        ge=FEWEST_A_YEAR,
        le=MOST_A_YEAR,
        description="returns a year, such as 26 of prices of every two weeks; default: by the days between prices",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        _known("measures", self.measures, OF_PRICES)
        _known("ratios", self.ratios, OF_STATEMENTS)
        _known("growing", self.growing, MAY_GROW)
        if self.first and self.last and self.first > self.last:
            raise PydanticCustomError("days", "the last day is before the first")
        return self

    def computing(self) -> Computing:
        return Computing(
            measures=tuple(dict.fromkeys(self.measures)),
            ratios=tuple(dict.fromkeys(self.ratios)),
            growing=tuple(dict.fromkeys(self.growing)),
            first=self.first,
            last=self.last,
            level=self.level,
            risk_free=self.risk_free,
            rebalancing=self.rebalancing,
            per_year=self.per_year,
        )


def _known(field: str, given: Any, there: tuple[str, ...]) -> None:
    if unknown := [str(name) for name in given if name not in there]:
        shown = ", ".join(name[:40] for name in unknown[:5]).replace("{", "(").replace("}", ")")
        raise PydanticCustomError("unknown", f"{field}: there is no {shown}; there are {', '.join(there)}")


class PreferencesBody(GivenBody):
    title: str = Field("", max_length=200)
    parts: list[Part] = Field(list(PARTS), min_length=1, max_length=len(PARTS), description="what the report has")
    headings: list[Annotated[str, Field(min_length=1, max_length=80)]] = Field(
        [], max_length=20, description="of the sections that a model writes behind its answer"
    )
    audience: str = Field("", max_length=200)
    language: str = Field("", max_length=60)
    chooser: Literal["rules", "model"] = Field("rules", description="who decides from the question what is computed")


class NewReport(GivenBody):
    """A portfolio, statements, or a `context` of documents; any of them together."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    question: str = Field(min_length=1, max_length=10_000)
    portfolio: PortfolioBody | None = None
    statements: list[StatementBody] = Field([], max_length=MOST_STATEMENTS)
    context: ContextBody | None = Field(None, description="the tenant's documents that are looked into")
    compute: ComputeBody = ComputeBody()
    preferences: PreferencesBody = PreferencesBody()
    requirements: Requirements = Requirements()
    model: str = Field(AUTO, min_length=1, max_length=120)
    max_cost_usd: float | None = Field(None, ge=0, le=1_000, description="of each answer that a model gives for it")
    collect: bool = Field(True, description="false: nobody may learn from this request")
    user_id: Short | None = None
    session_id: Short | None = None
    tags: list[Annotated[str, Field(min_length=1, max_length=64)]] = Field([], max_length=20)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.question.strip():
            raise PydanticCustomError("question", "the question says nothing")
        for problem in self._cannot_compute():
            raise PydanticCustomError("compute", problem)
        return self

    def _cannot_compute(self) -> Iterator[str]:
        its = self.compute
        if its.measures and self.portfolio is None:
            yield "compute.measures are of prices, and there is no portfolio"
        if (its.ratios or its.growing) and not self.statements and self.context is None:
            yield "compute.ratios and compute.growing are of statements, and there are neither any nor a context"

    def wanted(self, prices: dict[str, dict[date, float | None]], notes: tuple[str, ...] = ()) -> Wanted:
        """`prices`: those of the portfolio's `prices_csv`, where it is given; `notes`: what was done to any of them, in
        sentences. Raises WrongPortfolioError.
        """
        its, needs = self.preferences, self.requirements
        return Wanted(
            question=self.question.strip(),
            title=its.title.strip(),
            holdings=self.portfolio.holdings(prices, notes) if self.portfolio else None,
            statements=tuple(one.statement() for one in self.statements),
            context=self.context.context() if self.context is not None else None,
            computing=self.compute.computing(),
            chooser=its.chooser,
            parts=tuple(dict.fromkeys(its.parts)),
            headings=tuple(dict.fromkeys(its.headings)),
            audience=its.audience,
            language=its.language,
            model=self.model,
            priorities=Priorities(needs.accuracy_priority, needs.cost_priority, needs.speed_priority),
            max_cost_usd=None if self.max_cost_usd is None else Decimal(str(self.max_cost_usd)),
            collect=self.collect,
            user=self.user_id,
            session=self.session_id,
            tags=tuple(dict.fromkeys(self.tags)),
        )
