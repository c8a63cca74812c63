"""The adapter: what the port asks for, of Qdrant.

There is no write of several points at once that is seen as one. So the points of a revision are written unready, and no
search finds them; then they are made ready, then the older ones go. Who finds points of two revisions takes the newer.
"""

from collections.abc import Awaitable, Sequence
from typing import Any, Final, TypeVar

from qdrant_client import AsyncQdrantClient, models
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse

from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import OtherEmbeddingsError, Vector, checked, told
from ratchet_retrieval.one_document import document_of, newest
from ratchet_retrieval.passages import Passage, Place
from ratchet_retrieval.port import Found, Ranked, Where
from ratchet_retrieval.qdrant.points import INDEXED, PLACE, READY, WORDS, id_of, passage_of, payload_of, place_of
from ratchet_retrieval.qdrant.sparse import of_passage, of_question
from ratchet_retrieval.searched_text import searched_text

BATCH: Final = 128  # points in one request
_LONGEST_PAGE: Final = 10_000
_EXISTS: Final = 409
_T = TypeVar("_T")


def at(url: str, *, key: str | None = None, timeout_s: int = 10, model: str = "", length: int = 0) -> "QdrantIndex":
    """Nothing is asked of the server yet."""
    client = AsyncQdrantClient(url=url, api_key=key, timeout=timeout_s, check_compatibility=False)
    return QdrantIndex(client, model=model, length=length)


class QdrantIndex:
    """`model`, `length`: of the vectors that will be put; a length of 0: none will."""

    def __init__(
        self, client: AsyncQdrantClient, *, collection: str = "passages", model: str = "", length: int = 0
    ) -> None:
        self._client, self._collection = client, collection
        self._model, self._length = model, length
        self._is_there = False

    async def put(self, tenant: str, passages: Sequence[Passage], vectors: Sequence[Vector] | None = None) -> None:
        """Raises OtherEmbeddingsError, AwayError."""
        if not passages:
            return
        document, revision = document_of(passages, vectors)
        if vectors is not None:
            self._same_length(checked(vectors))
        await self._made()
        its = [_is("tenant", tenant), _is("document", document)]
        if await self._count([*its, _revisions(gt=revision)]):
            return
        if await self._count([*its, _is("revision", revision), _is(READY, True)]) != len(passages):
            await self._write(tenant, passages, vectors)
            mine = models.Filter(must=[*its, _is("revision", revision)])
            await _asked(self._client.set_payload(self._collection, {READY: True}, points=mine, wait=True))
        await self._delete([*its, _revisions(lt=revision)])

    async def remove(self, tenant: str, document_id: str) -> None:
        """The server takes it out of its files when it next optimizes them."""
        await self._made()
        await self._delete([_is("tenant", tenant), _is("document", document_id)])

    async def by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Found]:
        return _found(await self._points(tenant, of_question(text), WORDS, where, limit, payload=True))

    async def by_vector(self, tenant: str, vector: Vector, where: Where, limit: int) -> list[Found]:
        """Raises OtherEmbeddingsError."""
        self._same_length(checked([vector]))
        return _found(await self._points(tenant, list(vector), self._dense, where, limit, payload=True))

    async def ranked_by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Ranked]:
        return _ranked(await self._points(tenant, of_question(text), WORDS, where, limit, payload=PLACE))

    async def ranked_by_vector(self, tenant: str, vector: Vector, where: Where, limit: int) -> list[Ranked]:
        """Raises OtherEmbeddingsError."""
        self._same_length(checked([vector]))
        return _ranked(await self._points(tenant, list(vector), self._dense, where, limit, payload=PLACE))

    async def passages_at(self, tenant: str, places: Sequence[Place]) -> list[Passage]:
        if not places:
            return []
        await self._made()
        ids = [id_of(tenant, place) for place in dict.fromkeys(places)]
        found: dict[str, Passage] = {}
        for start in range(0, len(ids), _LONGEST_PAGE):
            points = await _asked(self._client.retrieve(self._collection, ids[start : start + _LONGEST_PAGE]))
            for point in points:
                if (its := point.payload or {}).get(READY):
                    found[str(point.id)] = passage_of(its)
        return [found[one] for one in ids if one in found]

    async def passages(self, tenant: str, document_id: str, orders: Sequence[int]) -> list[Passage]:
        if not orders:
            return []
        await self._made()
        wanted = models.FieldCondition(key="order", match=models.MatchAny(any=sorted(set(orders))))
        must = [_is("tenant", tenant), _is("document", document_id), _is(READY, True), wanted]
        points, _ = await _asked(
            self._client.scroll(self._collection, scroll_filter=models.Filter(must=must), limit=_LONGEST_PAGE)
        )
        found = [passage_of(point.payload or {}) for point in points]
        last = max((one.revision for one in found), default=0)
        return sorted((one for one in found if one.revision == last), key=lambda one: one.chunk.order)

    async def tend(self) -> None:
        """The server does it by itself."""

    @property
    def _dense(self) -> str:
        return f"{self._model or 'vectors'} of {self._length}"

    def _same_length(self, length: int) -> None:
        if length != self._length:
            raise OtherEmbeddingsError(told(self._model, self._length), told(self._model, length))

    async def _write(self, tenant: str, passages: Sequence[Passage], vectors: Sequence[Vector] | None) -> None:
        for start in range(0, len(passages), BATCH):
            points = []
            for place in range(start, min(start + BATCH, len(passages))):
                one = passages[place]
                vector: dict[str, Any] = {WORDS: of_passage(searched_text(one))}
                if vectors is not None:
                    vector[self._dense] = list(vectors[place])
                points.append(
                    models.PointStruct(id=id_of(tenant, one.place), vector=vector, payload=payload_of(tenant, one))
                )
            await _asked(self._client.upsert(self._collection, points, wait=True))

    async def _points(
        self,
        tenant: str,
        query: models.SparseVector | list[float],
        using: str,
        where: Where,
        limit: int,
        *,
        payload: bool | list[str],
    ) -> list[models.ScoredPoint]:
        said = {
            "document": where.documents,
            "company": where.companies,
            "period": where.periods,
            "document_type": where.document_types,
        }
        nothing = isinstance(query, models.SparseVector) and not query.indices
        if nothing or limit < 1 or any(values == () for values in said.values()):
            return []
        await self._made()
        must: list[Any] = [_is("tenant", tenant), _is(READY, True)]
        must += [
            models.FieldCondition(key=key, match=models.MatchAny(any=list(values)))
            for key, values in said.items()
            if values is not None
        ]
        answer = await _asked(
            self._client.query_points(
                self._collection,
                query=query,
                using=using,
                query_filter=models.Filter(must=must),
                limit=limit,
                with_payload=payload,
            )
        )
        return answer.points

    async def _count(self, must: list[Any]) -> int:
        counted = await _asked(self._client.count(self._collection, count_filter=models.Filter(must=must), exact=True))
        return counted.count

    async def _delete(self, must: list[Any]) -> None:
        gone = models.FilterSelector(filter=models.Filter(must=must))
        await _asked(self._client.delete(self._collection, gone, wait=True))

    async def _made(self) -> None:
        """Raises OtherEmbeddingsError where it was made for other vectors."""
        if self._is_there:
            return
        if not await _asked(self._client.collection_exists(self._collection)):
            await self._make()
        there = (await _asked(self._client.get_collection(self._collection))).config.params.vectors
        names = list(there) if isinstance(there, dict) else []
        if self._length and self._dense not in names:
            raise OtherEmbeddingsError(" and ".join(names) or "no model", told(self._model, self._length))
        self._is_there = True

    async def _make(self) -> None:
        dense = models.VectorParams(size=self._length or 1, distance=models.Distance.COSINE)
        try:
            await self._client.create_collection(
                self._collection,
                vectors_config={self._dense: dense} if self._length else {},
                sparse_vectors_config={WORDS: models.SparseVectorParams(modifier=models.Modifier.IDF)},
            )
        except UnexpectedResponse as error:
            if error.status_code != _EXISTS:  # another process was quicker
                raise _away(error) from error
        tenants = models.KeywordIndexParams(type=models.KeywordIndexType.KEYWORD, is_tenant=True)
        await _asked(self._client.create_payload_index(self._collection, "tenant", tenants, wait=True))
        for name, kind in INDEXED.items():
            await _asked(self._client.create_payload_index(self._collection, name, kind, wait=True))


def _found(points: Sequence[models.ScoredPoint]) -> list[Found]:
    return newest(Found(passage_of(point.payload or {}), point.score) for point in points)


def _ranked(points: Sequence[models.ScoredPoint]) -> list[Ranked]:
    return newest(Ranked(place_of(point.payload or {}), point.score) for point in points)


def _is(key: str, value: str | int | bool) -> models.FieldCondition:
    return models.FieldCondition(key=key, match=models.MatchValue(value=value))


def _revisions(*, gt: int | None = None, lt: int | None = None) -> models.FieldCondition:
    return models.FieldCondition(key="revision", range=models.Range(gt=gt, lt=lt))


async def _asked(answer: Awaitable[_T]) -> _T:
    try:
        return await answer
    except (UnexpectedResponse, ResponseHandlingException) as error:
        raise _away(error) from error


def _away(error: Exception) -> AwayError:
    status = f" with {error.status_code}" if isinstance(error, UnexpectedResponse) else ""
    return AwayError(
        f"Qdrant did not do what was asked ({type(error).__name__}{status}): is its URL right, and its key?"
    )
