"""Use case: one side of a dataset as the lines of a tuning platform's file."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ratchet_trainer.base_models import STUDENT_FORMAT
from ratchet_trainer.datasets import DatasetStore, Examples
from ratchet_trainer.example import Example
from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.known import FORMATS
from ratchet_trainer.formats.lesson import lesson_of
from ratchet_trainer.formats.student import student_line
from ratchet_trainer.split import Side

WEIGHED_AT_ONCE: Final = 2_000


class Weights(Protocol):
    async def weights(self, tenant: str, task_type: str, examples: Sequence[Example]) -> list[float]: ...


async def exported(
    tenant: str, dataset_id: str, side: Side, format_: Format, *, datasets: DatasetStore, examples: Examples
) -> AsyncIterator[bytes]:
    """The same bytes each time, as long as nothing is erased. What the format has no place for is left out.

    Raises UnknownDatasetError, before the first line.
    """
    refs = (await datasets.sides(tenant, dataset_id))[side]

    async def lines() -> AsyncIterator[bytes]:
        async for example in examples.read(tenant, refs):
            if (line := format_.line(lesson_of(example))) is not None:
                yield line

    return lines()


@dataclass(frozen=True)
class Exports:
    """The lines of a dataset in any format, the student's too."""

    datasets: DatasetStore
    examples: Examples
    weigh: Weights

    async def lines(self, tenant: str, dataset_id: str, side: Side, format_name: str) -> AsyncIterator[bytes]:
        """Raises UnknownDatasetError, before the first line."""
        if format_name == STUDENT_FORMAT:
            return await self._for_student(tenant, dataset_id, side)
        format_ = FORMATS[format_name]
        return await exported(tenant, dataset_id, side, format_, datasets=self.datasets, examples=self.examples)

    async def _for_student(self, tenant: str, dataset_id: str, side: Side) -> AsyncIterator[bytes]:
        """Weighed as it stands now. Batches, since nothing else keeps a large set from being held whole."""
        task_type = (await self.datasets.get(tenant, dataset_id)).manifest.task_type
        refs = (await self.datasets.sides(tenant, dataset_id))[side]

        async def lines() -> AsyncIterator[bytes]:
            for start in range(0, len(refs), WEIGHED_AT_ONCE):
                batch = [one async for one in self.examples.read(tenant, refs[start : start + WEIGHED_AT_ONCE])]
                for example, weight in zip(batch, await self.weigh.weights(tenant, task_type, batch), strict=True):
                    yield student_line(example, weight)

        return lines()
