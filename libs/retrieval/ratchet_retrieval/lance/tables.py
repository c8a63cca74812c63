"""The tables of the tenants: opened once, made on the first write."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import lancedb
import pyarrow as pa
from lancedb.index import FTS, Bitmap, BTree
from lancedb.table import AsyncTable

from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import OtherEmbeddingsError, told
from ratchet_retrieval.lance.rows import LATER, SCHEMA, of_vectors, vector_field
from ratchet_retrieval.lance.tries import tried
from ratchet_retrieval.searched_text import LONGEST_WORD

INDEXES: Final[dict[str, BTree | Bitmap | FTS]] = {
    "id": BTree(),
    "document": BTree(),
    "company": Bitmap(),
    "period": Bitmap(),
    "document_type": Bitmap(),
    "words": FTS(stem=False, remove_stop_words=True, max_token_length=LONGEST_WORD),  # why: docs/retrieval.md
}
_OPEN: Final = 256  # tables that are held open; one that is opened anew costs milliseconds
_MB: Final = 1024 * 1024


class Tables:
    """`cache_mb`: what of indexes and of lists of files is held in memory, for all tables together."""

    def __init__(self, url: str, *, fresh_within_s: float, cache_mb: int, storage: Mapping[str, str] | None) -> None:
        self._url, self._storage = url, dict(storage or {})
        self._fresh = timedelta(seconds=fresh_within_s)
        self._session = lancedb.Session(cache_mb * _MB * 3 // 4, cache_mb * _MB // 4)
        self._open: OrderedDict[str, AsyncTable] = OrderedDict()
        self._connection: lancedb.AsyncConnection | None = None
        self._making = asyncio.Lock()

    async def of(self, tenant: str) -> AsyncTable | None:
        """None: the tenant has none yet."""
        name = name_of(tenant)
        if (table := self._open.get(name)) is not None:
            self._open.move_to_end(name)
            return table
        connection = await self._connected()
        try:
            table = await connection.open_table(name)
        except ValueError as error:
            if "was not found" in str(error):
                return None
            raise
        return self._kept(name, table)

    async def for_writing(self, tenant: str, vectors: tuple[str, int] | None) -> AsyncTable:
        """`vectors`: model and length of those that will be written. Raises OtherEmbeddingsError."""
        async with self._making:
            table = await self.of(tenant) or await self._made(tenant)
            await table.checkout_latest()
            if _lacking(await table.schema()):
                await tried("adding fields", lambda: _with_later(table), table.checkout_latest)
            if vectors is not None and of_vectors(await table.schema()) is None:
                await tried("adding vectors", lambda: _with_vectors(table, *vectors), table.checkout_latest)
        if vectors is not None and (there := of_vectors(await table.schema())) != vectors:
            raise OtherEmbeddingsError(told(*there or ("", 0)), told(*vectors))
        return table

    async def _made(self, tenant: str) -> AsyncTable:
        name, connection = name_of(tenant), await self._connected()
        table = await connection.create_table(name, schema=pa.schema([*SCHEMA, *LATER]), exist_ok=True)
        await tried("making a table", lambda: indexed(table), table.checkout_latest)
        return self._kept(name, table)

    def _kept(self, name: str, table: AsyncTable) -> AsyncTable:
        self._open[name] = table
        while len(self._open) > _OPEN:
            self._open.popitem(last=False)
        return table

    async def _connected(self) -> lancedb.AsyncConnection:
        if self._connection is None:
            try:
                self._connection = await lancedb.connect_async(
                    self._url,
                    read_consistency_interval=self._fresh,
                    storage_options=self._storage,
                    session=self._session,
                )
            except (RuntimeError, OSError) as error:
                raise AwayError(
                    f"The index cannot be opened ({type(error).__name__}): its folder or object store is not there, or "
                    "may not be written to."
                ) from error
        return self._connection


async def indexed(table: AsyncTable) -> None:
    """With those indexes that it lacks: a table may be older than one of them."""
    there = {one.columns[0] for one in await table.list_indices()}
    for column, config in INDEXES.items():
        if column not in there:
            await table.create_index(column, config=config)


def _lacking(schema: pa.Schema) -> list[pa.Field]:
    return [field for field in LATER if field.name not in schema.names]


async def _with_later(table: AsyncTable) -> None:
    if lacking := _lacking(await table.schema()):
        await table.add_columns(lacking)


async def _with_vectors(table: AsyncTable, model: str, length: int) -> None:
    if of_vectors(await table.schema()) is None:
        await table.add_columns(vector_field(length, model))


def name_of(tenant: str) -> str:
    """Tenants may have any characters; names of tables are names of files."""
    return f"tenant_{hashlib.sha256(tenant.encode()).hexdigest()}"
