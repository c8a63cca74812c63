"""What keeps a table quick, and what makes it forget."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from lancedb.index import IvfSq
from lancedb.table import AsyncTable

from ratchet_retrieval.lance.rows import VECTOR
from ratchet_retrieval.lance.tables import INDEXES

ENOUGH_VECTORS: Final = 20_000  # below it, looking at each vector takes milliseconds
_A_PARTITION: Final = 1_000  # vectors
_OLD: Final = timedelta(minutes=10)  # a reader of an older version has long been through


async def tended(table: AsyncTable) -> None:
    """Small files become large ones, what was put comes into the indexes, and old versions go."""
    await _with_vectors_indexed(table)
    await table.optimize(cleanup_older_than=_OLD)


async def purged(table: AsyncTable) -> None:
    """Nothing of the rows that were deleted, or replaced, is left in any file that a version of the table names.

    Compaction leaves a file alone of which little was deleted, and an index keeps the words of what is gone: so all
    rows are written anew, the indexes are built anew, and no older version stays. A reader in the middle of an older
    one finds a file gone, and reads again.
    """
    await table.update(where="true", updates_sql={"revision": "revision"})
    for column, config in INDEXES.items():
        await table.create_index(column, config=config, replace=True)
    if await _vectors_are_indexed(table):
        await table.create_index(VECTOR, config=_partitioned(await table.count_rows()), replace=True)  # type: ignore[arg-type]
    with _knowingly():
        await table.optimize(cleanup_older_than=timedelta(0))


async def _with_vectors_indexed(table: AsyncTable) -> None:
    if VECTOR not in (await table.schema()).names or await _vectors_are_indexed(table):
        return
    count = await table.count_rows(f"{VECTOR} IS NOT NULL")
    if count >= ENOUGH_VECTORS:
        await table.create_index(VECTOR, config=_partitioned(count))  # type: ignore[arg-type]


async def _vectors_are_indexed(table: AsyncTable) -> bool:
    return any(one.columns == [VECTOR] for one in await table.list_indices())


def _partitioned(count: int) -> IvfSq:
    """8 bits a number. (The annotations of `create_index` have forgotten it; its documentation has not.)"""
    return IvfSq(distance_type="cosine", num_partitions=max(1, count // _A_PARTITION), sample_rate=64)


@contextmanager
def _knowingly() -> Iterator[None]:
    """LanceDB warns that readers of older versions fail: they try again."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="optimize\\(cleanup_older_than=0\\)", category=UserWarning)
        yield
