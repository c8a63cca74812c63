"""Use case: one side of a dataset as the lines of a file, with what is made of its examples."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.datasets.reading import batches
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import lesson_of
from ratchet_trainer.formats.student import student_line
from ratchet_trainer.tuning.base_models import STUDENT_FORMAT

WEIGHED_AT_ONCE: Final = 2_000
UNTOLD: Final = frozenset({"tenant", "session_hash", "user_hash"})  # of an example, to whoever has the file


class Datasets(Protocol):
    async def members(self, tenant: str, dataset_id: str, side: Side) -> AsyncIterator[Example]:
        """Raises UnknownDatasetError, before the first one."""

    async def weights(self, tenant: str, task_type: str, examples: Sequence[Example]) -> list[float]: ...


@dataclass(frozen=True)
class Exports:
    """The lines of a dataset in any format, the student's too."""

    datasets: Datasets

    async def lines(self, tenant: str, dataset_id: str, side: Side, format_name: str) -> AsyncIterator[bytes]:
        """The same bytes each time, as long as nothing is erased. Raises UnknownDatasetError, before the first line."""
        examples = await self.datasets.members(tenant, dataset_id, side)
        if format_name == STUDENT_FORMAT:
            return self._for_student(tenant, examples)
        return lines_of(examples, FORMATS[format_name])

    async def _for_student(self, tenant: str, examples: AsyncIterator[Example]) -> AsyncIterator[bytes]:
        """Weighed as it stands now. Batches, since nothing else keeps a large set from being held whole."""
        async for batch in batches(examples, WEIGHED_AT_ONCE):
            weights = await self.datasets.weights(tenant, batch[0].task_type, batch)
            for example, weight in zip(batch, weights, strict=True):
                yield student_line(example, weight)


async def lines_of(examples: AsyncIterator[Example], format_: Format) -> AsyncIterator[bytes]:
    """As a tuning platform reads them. What the format has no place for is left out."""
    async for example in examples:
        if (line := format_.line(lesson_of(example))) is not None:
            yield line


async def shown(examples: AsyncIterator[Example]) -> AsyncIterator[bytes]:
    """As a person reads them: what is known of each, and of which one it was made."""
    async for example in examples:
        told = msgspec.to_builtins(example)
        yield msgspec.json.encode({name: value for name, value in told.items() if name not in UNTOLD}) + b"\n"
