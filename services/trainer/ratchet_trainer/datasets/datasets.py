"""Use cases: build a dataset of what was learned, read one, weigh its examples, and look into one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from ratchet_common.errors import RetryLaterError
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.collecting.sparing import Marks, Wish, Wishes, taken, whose
from ratchet_trainer.datasets.analysis import Analysis, Read, analysed
from ratchet_trainer.datasets.composing import Composed, EmptySide, Overlapping, TooFew
from ratchet_trainer.datasets.dataset import (
    Composition,
    Dataset,
    EmptySideError,
    Manifest,
    Ref,
    Rules,
    TooFewExamplesError,
    archived_too,
)
from ratchet_trainer.datasets.overlap import Fingerprints, OverlapError
from ratchet_trainer.datasets.reading import Manifests, Texts, Vary, batches, members, vary_here
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.documents.resting import Fate
from ratchet_trainer.judging import weighting
from ratchet_trainer.judging.weighting import Stratum

TRIES: Final = 3
ARCHIVED_TOLD: Final = 1_000  # archived examples; more are not counted: jobs that wait ask often


class Documents(Protocol):
    async def fell(self, tenant: str, heads: Sequence[Head]) -> tuple[set[UUID], list[Fate]]:
        """Of these examples those that no dataset may be built of, and what became of the documents of those."""

    async def mark(self, tenant: str, fates: Collection[Fate]) -> None:
        """The datasets that hold examples of them."""


Compose = Callable[[str, Sequence[Head], Rules], Awaitable[Composed]]
ReadThrough = Callable[[Sequence[Example]], Awaitable[Read]]


class Examples(Texts, Protocol):
    async def newest(
        self, tenant: str, task_type: str, limit: int, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Head]: ...
    async def present(self, tenant: str, wanted: Sequence[Ref]) -> int: ...
    async def archived(self, tenant: str, task_type: str, most: int) -> int: ...
    async def fingerprints(self, tenant: str, wanted: Sequence[Ref]) -> Fingerprints: ...
    async def spoken_of(self, tenant: str, task_type: str, since: datetime) -> dict[str, int]: ...


class Answers(Protocol):
    async def by_stratum(self, tenant: str, task_type: str, since: datetime) -> dict[str, int]: ...


class DatasetStore(Manifests, Protocol):
    async def add(self, tenant: str, composition: Composition, now: datetime) -> None:
        """Under its own name, once."""

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
    wishes: Wishes
    marks: Marks
    documents: Documents
    archive_days: float  # an example that was learned longer ago is archived
    vary: Vary = vary_here

    async def build(self, tenant: str, task_type: str, rules: Rules | None = None) -> str:
        """Of what is there now: the same examples by the same rules are one dataset. Who asks to be forgotten meanwhile
        has it marked, and it is built again without him.

        Raises TooFewExamplesError, EmptySideError, OverlapError.
        """
        by = rules or self.rules
        for _ in range(TRIES):
            newest = await self._newest(tenant, task_type, by)
            confirmed = sum(head.confirmed for head in newest)
            if confirmed < by.min_examples:  # before any work: a job that waits asks often
                raise await self._too_few(tenant, task_type, TooFew(confirmed), by)
            made = await self.compose(task_type, newest, by)
            if isinstance(made, TooFew):
                raise await self._too_few(tenant, task_type, made, by)
            composed = _whole(task_type, made)
            await self.datasets.add(tenant, composed, datetime.now(UTC))
            # An erasure is written down before it looks for datasets, and looked for after this one was: one sees the
            # other. So it is with what became of a document.
            members = _members(composed, newest)
            late, (fell, fates) = await self._taken(tenant, members), await self.documents.fell(tenant, members)
            await self.documents.mark(tenant, fates)
            if not late and not fell:
                return composed.dataset_id
            for wish, ids in late.items():
                await self.marks.mark(tenant, wish.erasure_id, wish.asked_at, {one.bytes for one in ids})
        raise RetryLaterError(f"Users or documents are being forgotten while a dataset of {task_type} is built.")

    async def _too_few(self, tenant: str, task_type: str, few: TooFew, by: Rules) -> TooFewExamplesError:
        archived = await self.examples.archived(tenant, task_type, ARCHIVED_TOLD)
        said = archived_too(archived, ARCHIVED_TOLD, self.archive_days)
        return TooFewExamplesError(
            task_type, few.found, by.min_examples, balanced_away=few.balanced_away, archived=said
        )

    async def _newest(self, tenant: str, task_type: str, by: Rules) -> list[Head]:
        """Without those that an erasure takes, or the end of a document, which may not have come to them yet."""
        newest = await self.examples.newest(tenant, task_type, by.max_examples, since=by.since, until=by.until)
        gone = set().union(
            *(await self._taken(tenant, newest)).values(), (await self.documents.fell(tenant, newest))[0]
        )
        return [head for head in newest if head.example_id not in gone] if gone else newest

    async def _taken(self, tenant: str, heads: Sequence[Head]) -> dict[Wish, set[UUID]]:
        return taken(heads, await self.wishes.of(tenant, whose(heads)))

    async def build_for(self, tenant: str, task_type: str, least: int | None) -> str:
        """As `build`, for one that learns from fewer examples than the rules ask for. None: from as many."""
        few = self.rules.min_examples if least is None else min(least, self.rules.min_examples)
        return await self.build(tenant, task_type, replace(self.rules, min_examples=few))

    async def manifest(self, tenant: str, dataset_id: str) -> Manifest:
        """Raises UnknownDatasetError."""
        return (await self.datasets.get(tenant, dataset_id)).manifest

    async def load(self, tenant: str, dataset_id: str) -> Dataset:
        """Without what was erased since. Raises UnknownDatasetError."""
        listed = await self.datasets.get(tenant, dataset_id)
        return Dataset(
            dataset_id=dataset_id,
            tenant=tenant,
            task_type=listed.manifest.task_type,
            manifest=listed.manifest,
            train=await self._of(tenant, dataset_id, Side.TRAIN),
            validation=await self._of(tenant, dataset_id, Side.VALIDATION),
            test=await self._of(tenant, dataset_id, Side.TEST),
        )

    async def members(self, tenant: str, dataset_id: str, side: Side) -> AsyncIterator[Example]:
        """Raises UnknownDatasetError."""
        return await members(tenant, dataset_id, side, datasets=self.datasets, examples=self.examples, vary=self.vary)

    async def trained_on(self, tenant: str, dataset_id: str) -> Fingerprints:
        """The documents of its training side. Raises UnknownDatasetError."""
        return await self.examples.fingerprints(tenant, (await self.datasets.sides(tenant, dataset_id))[Side.TRAIN])

    async def present(self, tenant: str, dataset_id: str) -> dict[Side, int]:
        """How many of each side are there still; others were erased. Raises UnknownDatasetError."""
        sides = await self.datasets.sides(tenant, dataset_id)
        return {side: await self.examples.present(tenant, refs) for side, refs in sides.items()}

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
        """Read through once, and kept until something of it is erased. Raises UnknownDatasetError."""
        kept = await self.datasets.analysis(tenant, dataset_id)
        if kept is not None and kept.total_examples == sum((await self.present(tenant, dataset_id)).values()):
            return kept
        listed = await self.datasets.get(tenant, dataset_id)
        read = {side: await self._read(tenant, dataset_id, side) for side in Side}
        analysis = analysed(read, listed.manifest)
        await self.datasets.keep_analysis(tenant, dataset_id, analysis)
        return analysis

    async def _read(self, tenant: str, dataset_id: str, side: Side) -> Read:
        read = Read()
        async for batch in batches(await self.members(tenant, dataset_id, side)):
            read = read.with_(await self.read_through(batch))
        return read

    async def _of(self, tenant: str, dataset_id: str, side: Side) -> list[Example]:
        return [example async for example in await self.members(tenant, dataset_id, side)]


def _members(composed: Composition, heads: Sequence[Head]) -> list[Head]:
    there = {example_id for refs in composed.sides.values() for example_id, _ in refs}
    return [head for head in heads if head.example_id in there]


def _whole(task_type: str, composed: Composition | EmptySide | Overlapping) -> Composition:
    match composed:
        case EmptySide(side, why):
            raise EmptySideError(task_type, side, why)
        case Overlapping(documents):
            raise OverlapError(
                f"{documents} documents of {task_type} would be on two sides, so no dataset was made of them. This is "
                "a fault of the trainer's: please report it.",
                overlapping=documents,
            )
    return composed
