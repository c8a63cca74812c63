"""The adapter: what the port asks for, of LanceDB."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeVar

import pyarrow as pa
from lancedb.query import MatchQuery
from lancedb.table import AsyncTable

from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import OtherEmbeddingsError, Vector, checked, told
from ratchet_retrieval.lance.conditions import condition, one_of, quoted
from ratchet_retrieval.lance.rows import VECTOR, id_of, of_vectors, passage_of, passages_in, place_of, read_of, rows_of
from ratchet_retrieval.lance.tables import Tables
from ratchet_retrieval.lance.tending import purged, tended
from ratchet_retrieval.lance.together import Together
from ratchet_retrieval.lance.tries import tried
from ratchet_retrieval.one_document import document_of, newest
from ratchet_retrieval.passages import Passage, Place
from ratchet_retrieval.port import Found, Ranked, Where
from ratchet_retrieval.searched_text import words_of

PROBES: Final = 20  # partitions of the index of vectors that a search looks into
REFINED: Final = 2  # so many times as many as are wanted are compared by their whole vectors
_AS_MANY_AS_IT_TAKES: Final = 0  # partitions, where a filter leaves too few in those
_LONGEST_PAGE: Final = 10_000
_Row = Mapping[str, Any]
_Columns = Callable[[pa.Schema], list[str]]
_T = TypeVar("_T")


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
        self._writing: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def put(self, tenant: str, passages: Sequence[Passage], vectors: Sequence[Vector] | None = None) -> None:
        """Raises OtherEmbeddingsError, AwayError."""
        if not passages:
            return
        document, revision = document_of(passages, vectors)
        of = None if vectors is None else (self._model, checked(vectors))
        table = await self._tables.for_writing(tenant, of)
        rows = rows_of(passages, vectors, await table.schema())

        async def write() -> None:
            version, there = await _revisions(table, document)
            if there and max(there) >= revision and len(there) == 1:
                return
            if not there or max(there) < revision:
                putting = table.merge_insert("id").when_not_matched_insert_all()
                if there:  # else it is quick: nothing is looked through
                    older = f"document = {quoted(document)} AND revision < {revision}"
                    putting = putting.when_not_matched_by_source_delete(older)
                if (await putting.execute(rows, on_bad_vectors="null")).version == version + 1:
                    return  # nobody wrote in between
            _, there = await _revisions(table, document)
            if len(there) > 1:  # another process put another revision at the same time
                await table.delete(f"document = {quoted(document)} AND revision < {max(there)}")

        await self._alone(tenant, "writing", write, table)
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

        if await self._alone(tenant, "deleting", delete, table):
            await self._cleaning[tenant].run(lambda: self._alone(tenant, "cleaning up", lambda: purged(table), table))

    async def by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Found]:
        return _found(await self._by_words(tenant, text, where, limit, read_of))

    async def by_vector(self, tenant: str, vector: Vector, where: Where, limit: int) -> list[Found]:
        """Raises OtherEmbeddingsError."""
        return _found(await self._by_vector(tenant, vector, where, limit, read_of))

    async def ranked_by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Ranked]:
        return _ranked(await self._by_words(tenant, text, where, limit, _only_ids))

    async def ranked_by_vector(self, tenant: str, vector: Vector, where: Where, limit: int) -> list[Ranked]:
        """Raises OtherEmbeddingsError."""
        return _ranked(await self._by_vector(tenant, vector, where, limit, _only_ids))

    async def passages_at(self, tenant: str, places: Sequence[Place]) -> list[Passage]:
        asked = list(dict.fromkeys(places))
        found: dict[Place, Passage] = {}
        if (table := await self._tables.of(tenant)) is None:
            return []
        for start in range(0, len(asked), _LONGEST_PAGE):
            its = one_of("id", [id_of(place) for place in asked[start : start + _LONGEST_PAGE]])
            found |= {one.place: one for one in await _read(table, its)}
        return [found[place] for place in asked if place in found]

    async def passages(self, tenant: str, document_id: str, orders: Sequence[int]) -> list[Passage]:
        if (table := await self._tables.of(tenant)) is None or not orders:
            return []
        wanted = ", ".join(str(int(order)) for order in set(orders))
        found = await _read(table, f"{one_of('document', [document_id])} AND order IN ({wanted})")
        last = max((one.revision for one in found), default=0)
        return sorted((one for one in found if one.revision == last), key=lambda one: one.chunk.order)

    async def tend(self) -> None:
        """Of the tables that were written to since."""
        for tenant in list(self._written):
            if (table := await self._tables.of(tenant)) is None:
                continue
            self._written.discard(tenant)
            try:
                await self._alone(tenant, "tending", partial(tended, table), table)
            except AwayError:
                self._written.add(tenant)
                raise

    async def _alone(self, tenant: str, what: str, do: Callable[[], Awaitable[_T]], table: AsyncTable) -> _T:
        """One write of this process at a time: of two whose commits conflict one leaves a file that no version names,
        with its text, and no clean-up takes it for days. Other processes' writes may still conflict with it.
        """
        async with self._writing[tenant]:
            return await tried(what, do, table.checkout_latest)

    async def _by_words(self, tenant: str, text: str, where: Where, limit: int, columns: _Columns) -> list[_Row]:
        words = words_of(text)
        if not words or limit < 1 or (table := await self._tables.of(tenant)) is None:
            return []
        asked = MatchQuery(" ".join(words), "words")  # type: ignore[call-arg]  # has defaults, by pydantic
        selected = [*columns(await table.schema()), "_score"]

        def query() -> Any:
            return table.query().nearest_to_text(asked).select(selected).limit(limit)

        return await _searched(table, query, where)

    async def _by_vector(self, tenant: str, vector: Vector, where: Where, limit: int, columns: _Columns) -> list[_Row]:
        length = checked([vector])
        table = await self._tables.of(tenant)
        if table is None or limit < 1 or (there := of_vectors(schema := await table.schema())) is None:
            return []
        selected = [*columns(schema), "_distance"]
        if there != (self._model, length):
            raise OtherEmbeddingsError(told(*there), told(self._model, length))

        def query() -> Any:
            nearest = table.query().nearest_to(list(vector)).column(VECTOR).distance_type("cosine")
            probed = nearest.maximum_nprobes(_AS_MANY_AS_IT_TAKES).minimum_nprobes(PROBES).refine_factor(REFINED)
            return probed.select(selected).limit(limit)

        return await _searched(table, query, where)


async def _searched(table: AsyncTable, query: Callable[[], Any], where: Where) -> list[_Row]:
    narrowed = condition(where)

    async def search() -> pa.Table:
        asked = query()
        return await (asked if narrowed is None else asked.where(narrowed)).to_arrow()

    rows: list[_Row] = (await tried("searching", search, table.checkout_latest)).to_pylist()
    return rows


async def _read(table: AsyncTable, where: str) -> list[Passage]:
    async def read() -> pa.Table:
        return await table.query().where(where).select(read_of(await table.schema())).limit(_LONGEST_PAGE).to_arrow()

    return list(passages_in(await tried("reading", read, table.checkout_latest)))


def _only_ids(_: pa.Schema) -> list[str]:
    return ["id"]


def _found(rows: Iterable[_Row]) -> list[Found]:
    return newest(Found(passage_of(row), _score(row)) for row in rows)


def _ranked(rows: Iterable[_Row]) -> list[Ranked]:
    return newest(Ranked(place_of(row["id"]), _score(row)) for row in rows)


def _score(row: _Row) -> float:
    return float(row["_score"] if "_score" in row else 1 - row["_distance"])


async def _revisions(table: AsyncTable, document: str) -> tuple[int, set[int]]:
    """Behind the version of the table that they are of, or an older one than that."""
    await table.checkout_latest()
    version = await table.version()
    found = await table.query().where(f"document = {quoted(document)}").select(["revision"]).to_arrow()
    return version, set(found["revision"].to_pylist())
