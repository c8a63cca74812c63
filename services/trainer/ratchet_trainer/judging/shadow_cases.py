"""What a version said in the shadow, as its answers to held-out requests: they need not be asked anew.

A request that it was copied counts as held out where it came after the version, and nothing that it may have learned
shares its text or its session. What was trained elsewhere has learned nothing of a dataset that was built to judge it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.dataset import Dataset
from ratchet_trainer.judging.fresh_cases import NEWEST, Examples, learned_of, unseen
from ratchet_trainer.judging.worth import Answer
from ratchet_trainer.rollouts.lineage import Origin
from ratchet_trainer.rollouts.shadow_answers import Failures, ShadowAnswer
from ratchet_trainer.rollouts.versions import Version

AT_ONCE: Final = 1_000


class Said(Protocol):
    async def count(self, tenant: str, version_id: str) -> int: ...
    async def failures(self, tenant: str, version_id: str) -> Failures: ...
    async def of_results(
        self, tenant: str, version_id: str, result_ids: Collection[UUID]
    ) -> dict[UUID, ShadowAnswer]: ...


class Origins(Examples, Protocol):
    async def origins(self, tenant: str, example_ids: Collection[UUID]) -> dict[UUID, Origin]: ...


@dataclass(frozen=True)
class ShadowCases:
    said: Said
    examples: Origins

    async def count(self, version: Version) -> int:
        return await self.said.count(version.tenant, version.version_id)

    async def failures(self, version: Version) -> Failures:
        return await self.said.failures(version.tenant, version.version_id)

    async def heard(self, version: Version, dataset: Dataset, most: int) -> list[Example]:
        """The newest requests that it was copied, of which people have said something since."""
        if not await self.count(version):
            return []
        heads = await self.examples.newest(version.tenant, version.task_type, NEWEST, since=version.created_at)
        fresh = unseen(heads, learned_of(version, dataset))
        answered = await self.answers(version, [head.example_id for head in fresh])
        wanted = [(head.example_id, head.revision) for head in fresh if head.example_id in answered][:most]
        return [example async for example in self.examples.read(version.tenant, wanted)]

    async def answers(self, version: Version, example_ids: Sequence[UUID]) -> dict[UUID, Answer]:
        """By the example's id."""
        found: dict[UUID, Answer] = {}
        if not await self.count(version):
            return found
        for start in range(0, len(example_ids), AT_ONCE):
            found |= await self._answers(version, example_ids[start : start + AT_ONCE])
        return found

    async def _answers(self, version: Version, example_ids: Sequence[UUID]) -> Mapping[UUID, Answer]:
        origins = await self.examples.origins(version.tenant, example_ids)
        results = {id_: origin.result_id for id_, origin in origins.items() if origin.result_id}
        said = await self.said.of_results(version.tenant, version.version_id, set(results.values()))
        return {id_: _answer(said[result]) for id_, result in results.items() if result in said}


def _answer(said: ShadowAnswer) -> Answer:
    return Answer(said.output, said.latency_ms, said.cost_usd)
