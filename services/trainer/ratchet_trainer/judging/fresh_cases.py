"""Held-out requests that came after a version: nothing that it may have learned shares their text or their session."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.head import Head
from ratchet_trainer.datasets.dataset import Dataset
from ratchet_trainer.rollouts.versions import Version

NEWEST: Final = 10_000  # examples, among which they are looked for


class Examples(Protocol):
    async def newest(
        self, tenant: str, task_type: str, limit: int, *, since: datetime | None = None, until: datetime | None = None
    ) -> list[Head]: ...
    def read(self, tenant: str, wanted: Sequence[tuple[UUID, int]]) -> AsyncIterator[Example]: ...


@dataclass(frozen=True)
class FreshCases:
    examples: Examples

    async def since(self, version: Version, dataset: Dataset, most: int) -> list[Example]:
        """The newest that were learned after what it was trained on, as far as that is known."""
        since = version.learned_until or version.created_at
        heads = await self.examples.newest(version.tenant, version.task_type, NEWEST, since=since)
        wanted = [(head.example_id, head.revision) for head in unseen(heads, learned_of(version, dataset))][:most]
        return [example async for example in self.examples.read(version.tenant, wanted)]


def learned_of(version: Version, dataset: Dataset) -> list[Example]:
    """What it may have learned; and the test side, whose examples are cases already."""
    learned = [*dataset.train, *dataset.validation] if version.dataset_id else []
    return [*learned, *dataset.test]


def unseen(heads: Sequence[Head], known: Sequence[Example]) -> list[Head]:
    ids, documents = {one.example_id for one in known}, {one.document_hash for one in known}
    sessions = {one.session_hash for one in known if one.session_hash}
    return [
        head
        for head in heads
        if head.example_id not in ids and head.document_hash not in documents and head.session_hash not in sessions
    ]
