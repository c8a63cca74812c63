"""What keeps a table quick, and what makes it forget."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from lancedb.index import IvfSq
from lancedb.table import AsyncTable

from ratchet_retrieval.lance.rows import VECTOR
from ratchet_retrieval.lance.tables import INDEXES, indexed

ENOUGH_VECTORS: Final = 20_000  # below it, looking at each vector takes milliseconds
_A_PARTITION: Final = 1_000  # vectors
MOST_SEGMENTS: Final = 16  # of the index of vectors: each tending adds one, and a search looks into all of them
_OLD: Final = timedelta(minutes=10)  # a reader of an older version has long been through


async def tended(table: AsyncTable, enough: int = ENOUGH_VECTORS, segments: int = MOST_SEGMENTS) -> None:
    """Small files become large ones, what was put comes into the indexes, and old versions go."""
    await indexed(table)
    await table.optimize(cleanup_older_than=_OLD)
    await _with_vectors_indexed(table, enough, segments)


async def purged(table: AsyncTable) -> None:
    """Nothing of the rows that were deleted, or replaced, is left in any file that a version of the table names.

    Compaction leaves a file alone of which little was deleted, and an index keeps the words of what is gone: so all
    rows are written anew, the indexes are built anew, and no older version stays. A reader in the middle of an older
    one finds a file gone, and reads again.
    """
    await table.update(where="true", updates_sql={"revision": "revision"})
    for column, config in INDEXES.items():
        await table.create_index(column, config=config, replace=True)
    if await _segments_of_vectors(table):
        await _index_vectors(table)
    with _knowingly():
        await table.optimize(cleanup_older_than=timedelta(0))


async def _with_vectors_indexed(table: AsyncTable, enough: int, most: int) -> None:
    """LanceDB merges the segments of its other indexes, and none of vectors: so that one is built anew at times."""
    if VECTOR not in (await table.schema()).names:
        return
    if segments := await _segments_of_vectors(table):
        needed = segments > most
    else:  # rows are counted from what is known of files, vectors by looking at each
        needed = await table.count_rows() >= enough and await table.count_rows(f"{VECTOR} IS NOT NULL") >= enough
    if needed:
        await _index_vectors(table)


async def _segments_of_vectors(table: AsyncTable) -> int:
    """0: there is no index of vectors."""
    return sum(one.num_segments or 1 for one in await table.list_indices() if one.columns == [VECTOR])


async def _index_vectors(table: AsyncTable) -> None:
    """8 bits a number. (The annotations of `create_index` have forgotten it; its documentation has not.)

    Told how many partitions there are to be, in place of how large they are, the next tending merged them into four.
    """
    made = IvfSq(distance_type="cosine", target_partition_size=_A_PARTITION, sample_rate=64)
    await table.create_index(VECTOR, config=made, replace=True)  # type: ignore[arg-type]


@contextmanager
def _knowingly() -> Iterator[None]:
    """LanceDB warns that readers of older versions fail: they try again."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="optimize\\(cleanup_older_than=0\\)", category=UserWarning)
        yield
