"""Use cases: build a dataset of what was learned, read one, weigh its examples, and look into one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ratchet_trainer import weighting
from ratchet_trainer.analysis import Analysis, Read, analysed
from ratchet_trainer.composing import Head, TooFew
from ratchet_trainer.dataset import (
    Composition,
    Dataset,
    Listed,
    Manifest,
    Ref,
    Rules,
    TooFewExamplesError,
)
from ratchet_trainer.example import Example
from ratchet_trainer.split import Side
from ratchet_trainer.weighting import Stratum

Compose = Callable[[str, Sequence[Head], Rules], Awaitable[Composition | TooFew]]
ReadThrough = Callable[[Sequence[Example]], Awaitable[Read]]
AT_ONCE = 200


class Examples(Protocol):
    async def newest(self, tenant: str, task_type: str, limit: int) -> list[Head]: ...
    def read(self, tenant: str, wanted: Sequence[Ref]) -> AsyncIterator[Example]: ...
    async def spoken_of(self, tenant: str, task_type: str, since: datetime) -> dict[str, int]: ...


class Answers(Protocol):
    async def by_stratum(self, tenant: str, task_type: str, since: datetime) -> dict[str, int]: ...


class DatasetStore(Protocol):
    async def add(self, tenant: str, composition: Composition, now: datetime) -> None:
        """Under its own name, once."""

    async def get(self, tenant: str, dataset_id: str) -> Listed:
        """Raises UnknownDatasetError."""

    async def sides(self, tenant: str, dataset_id: str) -> dict[Side, list[Ref]]:
        """Raises UnknownDatasetError."""

    async def analysis(self, tenant: str, dataset_id: str) -> Analysis | None: ...
    async def keep_analysis(self, tenant: str, dataset_id: str, analysis: Analysis) -> None: ...


@dataclass(frozen=True)
class TrainingData:
    examples: Examples
    answers: Answers
    datasets: DatasetStore
    compose: Compose
    read_through: ReadThrough
    rules: Rules
    counted: timedelta  # how far back answers and feedback count for the chance of feedback

    async def build(self, tenant: str, task_type: str, rules: Rules | None = None) -> str:
        """Of what is there now: the same examples by the same rules are one dataset. Raises TooFewExamplesError."""
        by = rules or self.rules
        newest = await self.examples.newest(tenant, task_type, by.max_examples)
        confirmed = sum(head.confirmed for head in newest)
        if confirmed < by.min_examples:  # before any work: a job that waits asks often
            raise TooFewExamplesError(task_type, confirmed, by.min_examples)
        composed = await self.compose(task_type, newest, by)
        if isinstance(composed, TooFew):
            raise TooFewExamplesError(task_type, composed.found, by.min_examples)
        await self.datasets.add(tenant, composed, datetime.now(UTC))
        return composed.dataset_id

    async def manifest(self, tenant: str, dataset_id: str) -> Manifest:
        """Raises UnknownDatasetError."""
        return (await self.datasets.get(tenant, dataset_id)).manifest

    async def load(self, tenant: str, dataset_id: str) -> Dataset:
        """Without what was erased since. Raises UnknownDatasetError."""
        listed = await self.datasets.get(tenant, dataset_id)
        sides = await self.datasets.sides(tenant, dataset_id)

        async def of(side: Side) -> list[Example]:
            return [example async for example in self.examples.read(tenant, sides[side])]

        return Dataset(
            dataset_id=dataset_id,
            tenant=tenant,
            task_type=listed.manifest.task_type,
            manifest=listed.manifest,
            train=await of(Side.TRAIN),
            validation=await of(Side.VALIDATION),
            test=await of(Side.TEST),
        )

    async def weights(self, tenant: str, task_type: str, examples: Sequence[Example]) -> list[float]:
        """By how rarely what is like each of them gets feedback: from 1 to 20. Counted anew each time."""
        return weighting.weights(examples, await self._strata(tenant, task_type))

    async def of_strata(self, tenant: str, task_type: str, strata: Sequence[str]) -> list[float]:
        """As `weights`, of outcomes by the names of their strata."""
        return weighting.by_stratum(strata, await self._strata(tenant, task_type))

    async def _strata(self, tenant: str, task_type: str) -> dict[str, Stratum]:
        since = datetime.now(UTC) - self.counted
        answers = await self.answers.by_stratum(tenant, task_type, since)
        spoken_of = await self.examples.spoken_of(tenant, task_type, since)
        return {name: Stratum(count, min(spoken_of.get(name, 0), count)) for name, count in answers.items()}

    async def analyse(self, tenant: str, dataset_id: str) -> Analysis:
        """Read through once, and kept. Raises UnknownDatasetError."""
        kept = await self.datasets.analysis(tenant, dataset_id)
        if kept is not None:
            return kept
        listed = await self.datasets.get(tenant, dataset_id)
        sides = await self.datasets.sides(tenant, dataset_id)
        read, batch = Read(), []
        async for example in self.examples.read(tenant, [ref for refs in sides.values() for ref in refs]):
            batch.append(example)
            if len(batch) == AT_ONCE:
                read, batch = read.with_(await self.read_through(batch)), []
        analysis = analysed(read.with_(await self.read_through(batch)), listed.manifest)
        await self.datasets.keep_analysis(tenant, dataset_id, analysis)
        return analysis
