"""Use case: one side of a dataset as the lines of a tuning platform's file."""

from collections.abc import AsyncIterator

from ratchet_trainer.datasets import DatasetStore, Examples
from ratchet_trainer.formats.format import Format
from ratchet_trainer.formats.lesson import lesson_of
from ratchet_trainer.split import Side


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
