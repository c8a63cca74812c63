"""A search over jobs at a platform in memory, whose loss is known by the hyper-parameters."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_trainer.datasets.dataset import Dataset, Manifest
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.leased import Leased
from ratchet_trainer.platforms.platform import Metrics, Order, RunState, Status
from ratchet_trainer.search.asking import Asking, Wanted, around
from ratchet_trainer.search.search import Search, SearchState, Strategy
from ratchet_trainer.search.searching import AMONG_THE_WORSE, Searching
from ratchet_trainer.search.space import Axis, checked
from ratchet_trainer.tuning.base_models import BaseModelRefusedError, BaseModels
from ratchet_trainer.tuning.base_models_file import read_base_models
from ratchet_trainer.tuning.hyperparameters import suggested
from ratchet_trainer.tuning.jobs import OPEN, IdempotencyMismatchError, Job, JobEndedError, JobState, Recipe, Step
from tests.unit.trainer.decision_fakes import FakeJobs
from tests.unit.trainer.job_rig import DATA, STUDENT, TUNABLE, Rig
from tests.unit.trainer.platforms.fake import FakePlatform


def with_validation(manifest: Manifest, count: int) -> Manifest:
    return replace(manifest, sizes={**manifest.sizes, Side.VALIDATION: count})


STOPPING = msgspec.structs.replace(TUNABLE, stops_early=True, usd_per_million_tokens=Decimal(100))
MODELS = BaseModels((STUDENT, STOPPING))


VALIDATED = replace(DATA, validation=DATA.test, manifest=with_validation(DATA.manifest, 10))


class Losing(FakePlatform):
    """The more epochs, up to 3, the lower the loss; it goes down with each look."""

    told = True

    async def status(self, run_id: str) -> Status:
        """What it has cost is not told: the estimate stands for it."""
        return replace(await super().status(run_id), trained_tokens=None)

    async def metrics(self, run_id: str) -> Metrics:
        run = self.runs[run_id]
        if not self.told:
            return Metrics({"train_loss": [(1, 0.5)]})
        points = [(look, loss_of(run.order) + 1 / look) for look in range(1, run.looks + 1)]
        return Metrics({"valid_loss": points})


def loss_of(order: Order) -> float:
    epochs = order.hyperparameters["epochs"]
    assert not isinstance(epochs, str)
    return abs(3 - float(epochs))


@dataclass
class FakeSearches:
    there: dict[UUID, Search] = field(default_factory=dict)
    closing: set[UUID] = field(default_factory=set)

    async def add(self, search: Search) -> None:
        self.there[search.search_id] = search

    async def find(self, _tenant: str, search_id: UUID) -> Search | None:
        return self.there.get(search_id)

    async def take(self, now: datetime) -> Leased[Search] | None:
        due = [s for s in self.there.values() if s.state is SearchState.RUNNING and s.due_at <= now]
        due += [self.there[one] for one in self.closing if self.there[one].due_at <= now]
        return Leased(min(due, key=lambda one: one.due_at), {}) if due else None

    async def save(self, held: Leased[Search], search: Search) -> bool:
        self.there[search.search_id] = search
        return held.value.state is SearchState.RUNNING

    async def closed(self, held: Leased[Search]) -> None:
        self.closing.discard(held.value.search_id)

    async def put_off(self, held: Leased[Search], due_at: datetime) -> None:
        self.there[held.value.search_id] = replace(held.value, due_at=due_at)

    async def renew(self, _held: Leased[Search]) -> bool:
        return True

    async def release(self, _held: Leased[Search]) -> None:
        pass


@dataclass
class Cancelling(FakeJobs):
    async def cancel(self, _tenant: str, job_id: UUID, step: Step) -> Job:
        job = self.jobs[job_id]
        if job.state not in OPEN:
            raise JobEndedError("It has ended.")
        self.jobs[job_id] = replace(job, state=step.state, reason=step.reason, left=True, due_at=step.at)
        return self.jobs[job_id]


@dataclass
class FailingFor:
    """Finds the jobs of all searches but one."""

    jobs: Cancelling
    search: Search

    async def add(self, job: Job) -> None:
        await self.jobs.add(job)

    async def some(self, tenant: str, job_ids: Collection[UUID]) -> Sequence[Job]:
        if self.search.job_id(0) in job_ids:
            raise RetryLaterError("the store is away")
        return await self.jobs.some(tenant, job_ids)

    async def cancel(self, tenant: str, job_id: UUID, step: Step) -> Job:
        return await self.jobs.cancel(tenant, job_id, step)


def wish(
    strategy: Strategy = "grid",
    epochs: Axis = (1, 2, 3, 4, 5),
    *,
    max_cost_usd: float | None = None,
    at_once: int = 2,
    platform: str = "openai",
) -> Wanted:
    return Wanted(
        task_type="classification",
        platform=platform,
        recipe=Recipe(max_cost_usd=max_cost_usd),
        strategy=strategy,
        space={"epochs": epochs},
        most_jobs=16,
        at_once=at_once,
        dataset_id="",
        seed=42,
    )


class Site:
    def __init__(
        self, platform: Losing | None = None, models: BaseModels = MODELS, content: Dataset = VALIDATED
    ) -> None:
        self.jobs, self.searches = Cancelling(), FakeSearches()
        self.platform = platform or Losing("openai", looks=12)
        self.rig = Rig(jobs=self.jobs, openai=self.platform, models=models, content=content)
        steps = self.rig.training.steps
        self.searching = Searching(
            searches=self.searches,
            jobs=self.jobs,
            platforms=steps.platforms,
            datasets=steps.datasets,
            versions=steps.versions,
            rollouts=steps.rollouts,
            poke_jobs=lambda: None,
            renew_every=10,
            now=self.rig.clock,
        )
        self.asking = Asking(self.searches, steps, self._job_of, self.rig.clock)

    async def _job_of(self, tenant: str, wanted: Wanted, who: str) -> Job:
        wish = wanted.task_type, wanted.platform, who, wanted.recipe, wanted.dataset_id
        return await self.rig.training.wanted(tenant, *wish)

    async def ask(
        self,
        strategy: Strategy = "grid",
        epochs: Axis = (1, 2, 3, 4, 5),
        *,
        max_cost_usd: float | None = None,
        at_once: int = 2,
        platform: str = "openai",
    ) -> Search:
        wanted = wish(strategy, epochs, max_cost_usd=max_cost_usd, at_once=at_once, platform=platform)
        return await self.asking.ask("acme", wanted, "ann")

    async def until_over(self, search: Search, most: int = 2000) -> Search:
        for _ in range(most):
            busy = await self.searching.run_once() | await self.rig.once()
            if self.searches.there[search.search_id].state is not SearchState.RUNNING and not busy:
                return self.searches.there[search.search_id]
            if not busy:
                self.rig.clock.tick(timedelta(seconds=1))
        raise AssertionError("the search does not end")


async def test_the_best_on_validation_becomes_the_only_version() -> None:
    site = Site()
    over = await site.until_over(await site.ask())
    assert (over.state, over.best) == (SearchState.SUCCEEDED, 2)
    (version,) = site.rig.versions.versions.values()
    assert version.version_id == over.version_id
    assert version.job_id == str(over.job_id(2))
    assert version.state == "candidate"
    losses = [trial.loss for trial in over.trials]
    assert losses[2] == min(loss for loss in losses if loss is not None)
    assert len(site.platform.created) == 5


async def test_no_more_jobs_run_beside_each_other_than_may() -> None:
    site = Site()
    search = await site.ask(at_once=2)
    most = 0
    while site.searches.there[search.search_id].state is SearchState.RUNNING:
        busy = await site.searching.run_once() | await site.rig.once()
        most = max(most, sum(job.state in OPEN for job in site.jobs.jobs.values()))
        if not busy:
            site.rig.clock.tick(timedelta(seconds=1))
    assert most == 2


async def test_the_worse_half_is_ended_early_where_the_platform_allows_it() -> None:
    site = Site(Losing("openai", looks=60))
    over = await site.until_over(await site.ask("halving", (1, 2, 3, 4, 5, 6, 7, 8, 9), at_once=9), 20_000)
    assert over.state is SearchState.SUCCEEDED
    assert over.trials[over.best or 0].hyperparameters["epochs"] == 3
    ended = [trial for trial in over.trials if trial.stopped]
    assert len(ended) >= 4
    states = [run.state for run in site.platform.runs.values()]
    assert states.count(RunState.CANCELLED) == len(ended)
    reasons = [job.reason for job in site.jobs.jobs.values() if job.state is JobState.CANCELLED]
    assert set(reasons) == {AMONG_THE_WORSE}


async def test_it_begins_no_trial_that_its_money_does_not_pay_for() -> None:
    site = Site()
    whole = await site.until_over(await site.ask(at_once=1))
    costs = [job.estimate.cost_usd or 0.0 for job in site.jobs.jobs.values() if job.estimate]
    poorer = Site()
    over = await poorer.until_over(await poorer.ask(max_cost_usd=sum(costs) / 2, at_once=2))
    spent = sum(job.cost_usd or 0.0 for job in poorer.jobs.jobs.values())
    assert spent <= sum(costs) / 2
    assert 0 < len(poorer.platform.created) < len(site.platform.created)
    assert (whole.state, over.state) == (SearchState.SUCCEEDED, SearchState.SUCCEEDED)


async def test_its_money_is_not_given_to_several_trials_at_once() -> None:
    site = Site()
    over = await site.until_over(await site.ask(epochs=(5, 4, 3, 2, 1), at_once=5, max_cost_usd=2.0))
    spent = sum(job.estimate.cost_usd or 0.0 for job in site.jobs.jobs.values() if job.estimate and job.run_id)
    assert 0 < spent <= 2.0
    assert over.state is SearchState.SUCCEEDED


async def test_the_same_value_twice_is_one_trial() -> None:
    assert len((await Site().ask(epochs=(3, 3.0, 3))).trials) == 1


def test_what_is_tried_by_itself_is_within_each_base_models_ranges() -> None:
    for model in read_base_models().models:
        for examples in (10, 60, 500, 5_000, 50_000):
            for task in ("classification", "summary"):
                method = next(iter(model.methods))
                checked(around(suggested(model, method, task, examples), model), model, method)


async def test_a_platform_that_tells_no_loss_on_validation_is_said() -> None:
    platform = Losing("openai", looks=3)
    platform.told = False
    site = Site(platform)
    over = await site.until_over(await site.ask(epochs=(1, 2)))
    assert over.state is SearchState.FAILED
    assert over.reason.startswith("openai tells no loss on validation")
    assert not site.rig.versions.versions


async def test_a_search_whose_jobs_all_fail_says_why() -> None:
    site = Site(Losing("openai", fails_with="The file has too few examples."))
    over = await site.until_over(await site.ask(epochs=(1, 2)))
    assert over.state is SearchState.FAILED
    assert over.reason == "None of its 2 jobs succeeded. The last one: The file has too few examples."


async def test_a_cancelled_search_ends_its_jobs() -> None:
    site = Site(Losing("openai", looks=100))
    search = await site.ask(at_once=3)
    await site.searching.run_once()
    for _ in range(6):
        await site.rig.once()
    site.searches.there[search.search_id] = replace(search, state=SearchState.CANCELLED)
    site.searches.closing.add(search.search_id)
    await site.until_over(search)
    assert {job.state for job in site.jobs.jobs.values()} == {JobState.CANCELLED}
    assert {run.state for run in site.platform.runs.values()} == {RunState.CANCELLED}
    assert not site.searches.closing


async def test_wherever_its_worker_is_killed_no_trial_is_made_twice() -> None:
    site = Site()
    site.platform.after("create", asyncio.CancelledError())
    search = await site.ask()
    with pytest.raises(asyncio.CancelledError):
        await site.until_over(search)
    over = await site.until_over(search)
    assert over.state is SearchState.SUCCEEDED
    assert len(site.platform.created) == len(set(site.platform.created)) == 5


async def test_halving_where_runs_cannot_be_ended_early_is_refused() -> None:
    site = Site(models=BaseModels((STUDENT, TUNABLE)))
    with pytest.raises(BaseModelRefusedError, match="search by grid or random"):
        await site.ask("halving")


async def test_a_search_that_could_never_choose_is_refused_before_anything_is_paid_for() -> None:
    with pytest.raises(BaseModelRefusedError, match="nothing to validate on"):
        await Site(content=DATA).ask()
    silent = BaseModels((STUDENT, msgspec.structs.replace(TUNABLE, tells_loss=False)))
    with pytest.raises(BaseModelRefusedError, match="tells no loss on validation"):
        await Site(models=silent).ask()


async def test_what_has_no_hyper_parameters_is_not_searched() -> None:
    with pytest.raises(BaseModelRefusedError, match="student has no hyper-parameters"):
        await Site().ask(platform="local")


async def test_what_is_asked_for_again_is_the_same_and_another_request_is_refused() -> None:
    site, name, first = Site(), UUID(int=7), wish()
    made = await site.asking.ask("acme", first, "ann", name)
    assert await site.asking.ask("acme", wish(), "ann", name) == made
    others = [
        wish(epochs=(1, 2)),
        wish(max_cost_usd=1.0),
        wish(at_once=1),
        replace(first, seed=43),
        replace(first, most_jobs=5),
        replace(first, dataset_id="d1"),
        replace(first, recipe=Recipe(hyperparameters={"batch_size": 4})),
    ]
    for other in others:
        with pytest.raises(IdempotencyMismatchError):
            await site.asking.ask("acme", other, "ann", name)


async def test_what_is_fixed_is_not_tried_out_as_well() -> None:
    fixed = Recipe(hyperparameters={"epochs": 2})
    with pytest.raises(BaseModelRefusedError, match="the same in all trials"):
        await Site().asking.ask("acme", replace(wish(), recipe=fixed), "ann")
    around_it = await Site().asking.ask("acme", replace(wish("random"), recipe=fixed, space={}), "ann")
    assert {trial.hyperparameters["epochs"] for trial in around_it.trials} == {2}


async def test_losses_that_mean_something_else_are_not_compared() -> None:
    with pytest.raises(BaseModelRefusedError, match="beta"):
        await Site().asking.ask("acme", replace(wish(), space={"beta": (0.1, 0.5)}), "ann")


async def test_a_search_that_cannot_be_followed_does_not_stop_the_others() -> None:
    site = Site()
    broken, other = await site.ask(), await site.ask(epochs=(2, 3))
    site.searches.there[broken.search_id] = replace(broken, dataset_id="gone", due_at=broken.due_at - timedelta(days=1))
    site.searching = replace(site.searching, jobs=FailingFor(site.jobs, broken))
    over = await site.until_over(other)
    assert over.state is SearchState.SUCCEEDED
    assert "It is looked at again later: the store is away" in site.searches.there[broken.search_id].reason


async def test_one_that_was_cancelled_and_cannot_be_followed_does_not_stop_the_others() -> None:
    site = Site()
    broken, other = await site.ask(), await site.ask(epochs=(2, 3))
    site.searches.there[broken.search_id] = replace(broken, state=SearchState.CANCELLED)
    site.searches.closing.add(broken.search_id)
    site.searching = replace(site.searching, jobs=FailingFor(site.jobs, broken))
    assert (await site.until_over(other)).state is SearchState.SUCCEEDED


async def test_a_cheaper_trial_is_begun_though_one_before_it_was_too_dear() -> None:
    site = Site()
    await site.until_over(await site.ask(epochs=(1,), at_once=1))
    (one_epoch,) = [job.estimate.cost_usd or 0.0 for job in site.jobs.jobs.values() if job.estimate]
    site = Site()
    over = await site.until_over(await site.ask(epochs=(5, 1), at_once=1, max_cost_usd=one_epoch * 2))
    begun = sorted(job.hyperparameters["epochs"] for job in site.jobs.jobs.values() if job.run_id)
    assert (begun, over.state) == ([1], SearchState.SUCCEEDED)
