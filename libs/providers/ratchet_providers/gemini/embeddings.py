"""Embeddings of Google's: texts go out in batches, side by side, and come back as one answer."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.embedding import EmbeddingRequest, Embeddings, encoded
from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.failures import failure
from ratchet_providers.gemini.generate import Place
from ratchet_providers.gemini.refusing import refused
from ratchet_providers.transport import whole
from ratchet_providers.usage import estimated_tokens
from ratchet_providers.wire import Wire

MOST_TEXTS: Final = 100  # in one request, as Google takes them
SIDE_BY_SIDE: Final = 4
_encode = msgspec.json.Encoder().encode


class Made(msgspec.Struct, frozen=True):
    """`tokens`: as counted, None where they were not."""

    vectors: list[list[float]]
    tokens: int | None


class Way(Protocol):
    """How vectors are asked for. Pure."""

    method: str

    def body(self, texts: Sequence[str], request: EmbeddingRequest) -> bytes: ...
    def made(self, body: bytes) -> Made:
        """Raises msgspec.DecodeError."""


class GoogleEmbeddings:
    """`way_of`: the model that is named."""

    def __init__(self, wire: Wire, place: Place, way_of: Callable[[str], Way], body_limit: int) -> None:
        self._wire, self._place, self._way_of, self._limit = wire, place, way_of, body_limit

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Raises ProviderError: the first that a batch met; the others are then given up."""
        texts = texts_of(request)
        turn = asyncio.Semaphore(SIDE_BY_SIDE)
        batches = [texts[at : at + MOST_TEXTS] for at in range(0, len(texts), MOST_TEXTS)]
        try:
            async with asyncio.TaskGroup() as group:
                asked = [group.create_task(self._batch(batch, request, turn)) for batch in batches]
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from failed.exceptions[0].__cause__
        made = [task.result() for task in asked]
        return Embeddings(
            vectors=[encoded(vector, request.encoding_format) for batch in made for vector in batch.vectors],
            usage=_used(made, texts),
            model=request.model,
        )

    async def _batch(self, texts: Sequence[str], request: EmbeddingRequest, turn: asyncio.Semaphore) -> Made:
        way = self._way_of(request.model)
        body = way.body(texts, request)
        async with turn:
            endpoint = await self._place.endpoint(request.model, way.method)
            try:
                answer = await whole(self._wire, endpoint, body, request.limits, limit=self._limit, failing=failure)
            except ProviderError as error:
                if error.kind == "unauthorized":
                    self._place.refused()
                raise
        return _read(way, answer.body, len(texts))


def _read(way: Way, body: bytes, wanted: int) -> Made:
    try:
        made = way.made(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", f"embeddings: {type(error).__name__}") from error
    if len(made.vectors) != wanted:
        raise ProviderError("malformed", f"{len(made.vectors)} vectors for {wanted} texts")
    return made


def texts_of(request: EmbeddingRequest) -> list[str]:
    """Raises ProviderError."""
    texts = [text for text in request.inputs if isinstance(text, str)]
    if len(texts) != len(request.inputs):
        raise refused("input", "must be text: tokens are of a vocabulary that Gemini does not have.")
    if not texts:
        raise refused("input", "must hold at least one text.")
    return texts


def _used(made: Sequence[Made], texts: Sequence[str]) -> Usage:
    counted = [batch.tokens for batch in made if batch.tokens is not None and batch.tokens > 0]
    if len(counted) == len(made):
        return Usage(input_tokens=sum(counted))
    return Usage(input_tokens=sum(estimated_tokens(len(text)) for text in texts), estimated=True)
