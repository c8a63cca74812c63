"""What can be tuned, over HTTP."""

from datetime import UTC, date, datetime

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from ratchet_common.auth import MayRead
from ratchet_trainer.platforms.platform import Method
from ratchet_trainer.tuning import base_models
from ratchet_trainer.tuning.base_models import BaseModels, PlatformName

routes = APIRouter(prefix="/api/models/base-models", tags=["jobs"])


class RangeView(BaseModel):
    least: float
    most: float
    default: float | None = Field(description="the platform's own; null where it chooses")
    methods: list[Method] = Field(description="of tuning that have it")


class BaseModelView(BaseModel):
    platform: PlatformName
    name: str = Field(description="* stands for any that is not listed")
    methods: list[Method]
    tasks: list[str] | None = Field(description="the only ones that it learns; null: all")
    hyperparameters: dict[str, RangeView]
    least_examples: int
    most_examples: int
    most_tokens: int = Field(description="of an example")
    usd_per_million_tokens: float | None = Field(description="of training, for each epoch")
    usd_per_month: float
    jobs_until: date | None = Field(description="the last day on which it takes new jobs")
    serves_until: date | None
    takes_jobs: bool
    successor: str | None
    source: str = Field(description="where limits and prices were read")


class BaseModelList(BaseModel):
    items: list[BaseModelView]


@routes.get("")
async def list_base_models(_caller: MayRead, request: Request) -> BaseModelList:
    known: BaseModels = request.app.state.base_models
    today = datetime.now(UTC).date()
    return BaseModelList(items=[_view(model, today) for model in known.models])


def _view(model: base_models.BaseModel, today: date) -> BaseModelView:
    return BaseModelView(
        platform=model.platform,
        name=model.name,
        methods=sorted(model.methods),
        tasks=sorted(model.tasks) or None,
        hyperparameters={
            name: RangeView(
                least=its.least,
                most=its.most,
                default=its.default,
                methods=sorted(its.methods or model.methods),
            )
            for name, its in model.hyperparameters.items()
        },
        least_examples=model.training.least_lines,
        most_examples=model.training.most_lines,
        most_tokens=model.line_tokens,
        usd_per_million_tokens=_number(model.usd_per_million_tokens),
        usd_per_month=float(model.usd_per_month),
        jobs_until=model.jobs_until,
        serves_until=model.serves_until,
        takes_jobs=base_models.ended_on(model, today) is None,
        successor=model.successor or None,
        source=model.source,
    )


def _number(value: object) -> float | None:
    return None if value is None else float(str(value))
