"""Use case: somebody asks for a search. What stands against it is said at once."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from uuid_utils.compat import uuid7

from ratchet_trainer.datasets.split import Side
from ratchet_trainer.platforms.platform import Value
from ratchet_trainer.search.search import Search, Strategy, Trial
from ratchet_trainer.search.space import Point, Space, Span, checked, drawn, grid
from ratchet_trainer.tuning.asked_once import digest_of, insist_on_the_same
from ratchet_trainer.tuning.base_models import BaseModel, BaseModelRefusedError
from ratchet_trainer.tuning.hyperparameters import suggested
from ratchet_trainer.tuning.jobs import Job, Recipe
from ratchet_trainer.tuning.steps import Steps

AROUND = {"learning_rate_multiplier": 3.0, "learning_rate": 3.0}  # drawn from a part of what is suggested to so often
EPOCHS_MORE = 2


class Searches(Protocol):
    async def add(self, search: Search) -> None:
        """Raises SearchOpenError."""

    async def find(self, tenant: str, search_id: UUID) -> Search | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    task_type: str
    platform: str
    recipe: Recipe  # its hyper-parameters are the same in all trials
    strategy: Strategy
    space: Mapping[str, tuple[Value, ...] | Span]  # none: around what is suggested
    most_jobs: int
    at_once: int
    dataset_id: str
    seed: int


@dataclass(frozen=True)
class Asking:
    """`job_of`: as for a single job, refused as that would be: its dataset is built, nothing is kept of it."""

    searches: Searches
    steps: Steps
    job_of: Callable[[str, Wanted, str], Awaitable[Job]]
    now: Callable[[], datetime]

    async def ask(self, tenant: str, wanted: Wanted, who: str, search_id: UUID | None = None) -> Search:
        """Asked again under the same `search_id`, it is the same search.

        Raises CannotTrainError, BaseModelRefusedError, UnknownDatasetError, SearchOpenError, IdempotencyMismatchError.
        """
        there = await self.searches.find(tenant, search_id) if search_id else None
        if there is not None:
            insist_on_the_same(there.asked, digest_of(wanted))
            return there
        job = await self.job_of(tenant, wanted, who)
        model = self.steps.model_of(job)
        _insist_on_searchable(model, wanted)
        sizes = (await self.steps.datasets.manifest(tenant, job.dataset_id)).sizes
        if not sizes.get(Side.VALIDATION):
            raise BaseModelRefusedError(
                f"The dataset {job.dataset_id} has nothing to validate on, by which the best could be chosen: "
                "build one with the split 80/10/10.",
                field="dataset_id",
            )
        suggestion = suggested(model, wanted.recipe.method, wanted.task_type, sizes.get(Side.TRAIN, 0))
        space = checked(wanted.space or around(_free(suggestion, wanted), model), model, wanted.recipe.method)
        search = Search(
            search_id=search_id or uuid7(),
            tenant=tenant,
            task_type=wanted.task_type,
            platform=wanted.platform,
            base_model=model.name,
            method=wanted.recipe.method,
            dataset_id=job.dataset_id,
            strategy=wanted.strategy,
            trials=trials_of(self._points(space, wanted, job), wanted.recipe.hyperparameters),
            at_once=wanted.at_once,
            max_cost_usd=wanted.recipe.max_cost_usd,
            made_by=who,
            created_at=self.now(),
            due_at=self.now(),
            asked=digest_of(wanted),
        )
        await self.searches.add(search)
        return search

    def _points(self, space: Space, wanted: Wanted, job: Job) -> list[Point]:
        if wanted.strategy == "grid":
            return grid(space, wanted.most_jobs)
        return drawn(space, self.steps.model_of(job), wanted.most_jobs, wanted.seed)


def _free(suggestion: Mapping[str, Value], wanted: Wanted) -> dict[str, Value]:
    return {name: value for name, value in suggestion.items() if name not in wanted.recipe.hyperparameters}


def _insist_on_searchable(model: BaseModel, wanted: Wanted) -> None:
    both = sorted(wanted.space.keys() & wanted.recipe.hyperparameters.keys())
    if both:
        raise BaseModelRefusedError(
            f"{both[0]} is to be the same in all trials, and to be tried out: leave it out of one of the two.",
            field=f"space.{both[0]}",
        )
    if "beta" in wanted.space:
        raise BaseModelRefusedError(
            "Losses under different values of beta cannot be compared: search with one, and evaluate the versions of "
            "several searches.",
            field="space.beta",
        )
    if not model.ranges(wanted.recipe.method):
        raise BaseModelRefusedError(f"{model.name} has no hyper-parameters to search.", field="base_model")
    if wanted.strategy == "halving" and not model.stops_early:
        raise BaseModelRefusedError(
            f"{wanted.platform} cannot end a run early and keep what it has learned: search by grid or random.",
            field="strategy",
        )
    if not model.tells_loss:
        raise BaseModelRefusedError(
            f"{wanted.platform} tells no loss on validation, by which the best could be chosen: "
            "start jobs one by one, and evaluate their versions.",
            field="platform",
        )


def trials_of(points: Sequence[Point], fixed: Mapping[str, Value]) -> tuple[Trial, ...]:
    return tuple(Trial(hyperparameters={**fixed, **point}) for point in points)


def around(suggestion: Mapping[str, Value], model: BaseModel) -> Space:
    """Epochs from one to some more, and strides from a third to three times of what is suggested, within the ranges."""
    space: dict[str, tuple[Value, ...] | Span] = {}
    for name, value in suggestion.items():
        if name == "epochs" and isinstance(value, int):
            its = model.hyperparameters[name]
            space[name] = tuple(n for n in range(1, value + EPOCHS_MORE) if its.least <= n <= its.most)
        elif name in AROUND and not isinstance(value, str):
            its = model.hyperparameters[name]
            least, most = max(value / AROUND[name], its.least), min(value * AROUND[name], its.most)
            space[name] = Span(least, most, log=least > 0)
    return space
