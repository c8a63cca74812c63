"""The adapter: what the port asks for, of LanceDB."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pyarrow as pa
from lancedb.query import MatchQuery
from lancedb.table import AsyncTable

from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import OtherEmbeddingsError, Vector, checked, told
from ratchet_retrieval.lance.conditions import condition, one_of, quoted
from ratchet_retrieval.lance.rows import READ, VECTOR, of_vectors, passage_of, passages_in, rows_of
from ratchet_retrieval.lance.tables import Tables
from ratchet_retrieval.lance.tending import purged, tended
from ratchet_retrieval.lance.together import Together
from ratchet_retrieval.lance.tries import tried
from ratchet_retrieval.one_document import document_of, newest
from ratchet_retrieval.passages import Passage
from ratchet_retrieval.port import Found, Where
from ratchet_retrieval.searched_text import words_of

_PROBES: Final = 20  # partitions of the index of vectors that a search looks into
_LONGEST_PAGE: Final = 10_000


class LanceIndex:
    """`url`: a folder, or `s3://`, `gs://`, `az://`; `storage`: what LanceDB needs to know of an object store.

    `model`: whose vectors are put, kept with the table. `fresh_within_s`: how old what is found may be where another
    process wrote. `cache_mb`: what is held of indexes at most, all tenants together.
    """

    def __init__(
        self,
        url: str,
        *,
        model: str = "",
        fresh_within_s: float = 1.0,
        cache_mb: int = 256,
        storage: Mapping[str, str] | None = None,
    ) -> None:
        self._tables = Tables(url, fresh_within_s=fresh_within_s, cache_mb=cache_mb, storage=storage)
        self._model = model
        self._written: set[str] = set()
        self._cleaning: defaultdict[str, Together] = defaultdict(Together)

    async def put(self, tenant: str, passages: Sequence[Passage], vectors: Sequence[Vector] | None = None) -> None:
        """Raises OtherEmbeddingsError, AwayError."""
        if not passages:
            return
        document, revision = document_of(passages, vectors)
        of = None if vectors is None else (self._model, checked(vectors))
        table = await self._tables.for_writing(tenant, of)
        rows = rows_of(passages, vectors, await table.schema())

        async def write() -> None:
            there = await _revisions(table, document)
            if there and max(there) >= revision and len(there) == 1:
                return
            if not there:  # quick: nothing is looked through
                await table.merge_insert("id").when_not_matched_insert_all().execute(rows, on_bad_vectors="null")
            elif max(there) < revision:
                replacing = table.merge_insert("id").when_not_matched_insert_all()
                older = f"document = {quoted(document)} AND revision < {revision}"
                await replacing.when_not_matched_by_source_delete(older).execute(rows, on_bad_vectors="null")
            there = await _revisions(table, document)
            if len(there) > 1:  # another process put another revision at the same time
                await table.delete(f"document = {quoted(document)} AND revision < {max(there)}")

        await tried("writing", write, table.checkout_latest)
        self._written.add(tenant)

    async def remove(self, tenant: str, document_id: str) -> None:
        """The files of the table are written anew without it. Raises AwayError."""
        if (table := await self._tables.of(tenant)) is None:
            return
        its = f"document = {quoted(document_id)}"

        async def delete() -> bool:
            await table.checkout_latest()
            if await table.count_rows(its):
                await table.delete(its)
                return True
            return len(await table.list_versions()) > 1  # one that was broken off has left its files

        if await tried("deleting", delete, table.checkout_latest):
            await self._cleaning[tenant].run(lambda: tried("cleaning up", lambda: purged(table), table.checkout_latest))

    async def by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Found]:
        words = words_of(text)
        if not words or limit < 1:
            return []
        query = MatchQuery(" ".join(words), "words")  # type: ignore[call-arg]  # has defaults, by pydantic
        return await self._found(tenant, query, where, limit)

    async def by_vector(self, tenant: str, vector: Vector, where: Where, limit: int) -> list[Found]:
        """Raises OtherEmbeddingsError."""
        length = checked([vector])
        table = await self._tables.of(tenant)
        if table is None or limit < 1 or (there := of_vectors(await table.schema())) is None:
            return []
        if there != (self._model, length):
            raise OtherEmbeddingsError(told(*there), told(self._model, length))
        return await self._found(tenant, vector, where, limit)

    async def passages(self, tenant: str, document_id: str, orders: Sequence[int]) -> list[Passage]:
        if (table := await self._tables.of(tenant)) is None or not orders:
            return []
        wanted = ", ".join(str(int(order)) for order in set(orders))
        where = f"{one_of('document', [document_id])} AND order IN ({wanted})"

        async def read() -> pa.Table:
            return await table.query().where(where).select(READ).limit(_LONGEST_PAGE).to_arrow()

        found = list(passages_in(await tried("reading", read, table.checkout_latest)))
        last = max((one.revision for one in found), default=0)
        return sorted((one for one in found if one.revision == last), key=lambda one: one.chunk.order)

    async def tend(self) -> None:
        """Of the tables that were written to since."""
        for tenant in list(self._written):
            if (table := await self._tables.of(tenant)) is None:
                continue
            self._written.discard(tenant)
            try:
                await tried("tending", lambda table=table: tended(table), table.checkout_latest)  # type: ignore[misc]
            except AwayError:
                self._written.add(tenant)
                raise

    async def _found(self, tenant: str, by: MatchQuery | Vector, where: Where, limit: int) -> list[Found]:
        if (table := await self._tables.of(tenant)) is None:
            return []
        narrowed = condition(where)

        async def search() -> pa.Table:
            query: Any
            if isinstance(by, MatchQuery):
                query = table.query().nearest_to_text(by).select([*READ, "_score"])
            else:
                query = table.query().nearest_to(list(by)).column(VECTOR).distance_type("cosine")
                query = query.nprobes(_PROBES).select([*READ, "_distance"])
            if narrowed is not None:
                query = query.where(narrowed)
            return await query.limit(limit).to_arrow()

        rows = (await tried("searching", search, table.checkout_latest)).to_pylist()
        return newest(Found(passage_of(row), _score(row)) for row in rows)


def _score(row: Mapping[str, Any]) -> float:
    return float(row["_score"] if "_score" in row else 1 - row["_distance"])


async def _revisions(table: AsyncTable, document: str) -> set[int]:
    await table.checkout_latest()
    found = await table.query().where(f"document = {quoted(document)}").select(["revision"]).to_arrow()
    return set(found["revision"].to_pylist())
