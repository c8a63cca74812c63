"""Rerankers over HTTP: a question and texts, a score for each, in the two shapes that most servers speak.

`cohere`: model, query and documents, and a list of `index` and `relevance_score` under `results` (Cohere, Jina, vLLM)
or `data` (Voyage). `tei`: query and texts, and a bare list of `index` and `score` (text-embeddings-inference of Hugging
Face). How many come back is left open, so that all do: `top_n` has another name at some.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import TimeLimits
from ratchet_providers.failing import ProviderError
from ratchet_providers.secrets import Secret
from ratchet_providers.transport import whole
from ratchet_providers.usage import MOST_TOKENS, estimated_tokens
from ratchet_providers.wire import Endpoint, Wire

Shape = Literal["cohere", "tei"]
BODY_LIMIT: Final = 8 * 1024 * 1024  # some send the texts back
UNAUTHORIZED: Final = "unauthorized"


class Reranked(msgspec.Struct, frozen=True):
    """`scores`: one for each text, in their order; higher is better."""

    scores: Sequence[float]
    usage: Usage


class _Scored(msgspec.Struct, frozen=True):
    index: int
    relevance_score: float


class _OfTei(msgspec.Struct, frozen=True):
    index: int
    score: float


class _Counted(msgspec.Struct, frozen=True):
    total_tokens: int | None = None


class _Tokens(msgspec.Struct, frozen=True):
    input_tokens: float | None = None


class _Meta(msgspec.Struct, frozen=True):
    tokens: _Tokens | None = None


class _Body(msgspec.Struct, frozen=True):
    results: list[_Scored] | None = None
    data: list[_Scored] | None = None
    usage: _Counted | None = None
    meta: _Meta | None = None


_body = msgspec.json.Decoder(_Body)
_of_tei = msgspec.json.Decoder(list[_OfTei])
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class HttpReranker:
    """`url`: of the endpoint, whole. Its query is no place for a key: problems may name the URL."""

    wire: Wire
    url: str
    model: str
    key: Secret
    shape: Shape = "cohere"

    async def rerank(self, question: str, texts: Sequence[str], limits: TimeLimits) -> Reranked:
        """Raises ProviderError."""
        try:
            answer = await whole(self.wire, self._endpoint(), self._request(question, texts), limits, limit=BODY_LIMIT)
        except ProviderError as error:
            if error.kind == UNAUTHORIZED:
                self.key.forget()
            raise
        return understood(answer.body, self.shape, question, texts)

    def _endpoint(self) -> Endpoint:
        key = self.key.current()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        return Endpoint.of(self.url, headers)

    def _request(self, question: str, texts: Sequence[str]) -> bytes:
        if self.shape == "tei":
            return _encode({"query": question, "texts": texts, "truncate": True})
        return _encode({"model": self.model, "query": question, "documents": texts})


def understood(body: bytes, shape: Shape, question: str, texts: Sequence[str]) -> Reranked:
    """Raises ProviderError: malformed, also where there is not one score for each text."""
    try:
        scores, counted = _of_body(body) if shape == "cohere" else _of_list(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", f"scores: {type(error).__name__}") from error
    by_text = dict(scores)
    if len(scores) != len(texts) or sorted(by_text) != list(range(len(texts))):
        raise ProviderError("malformed", f"{len(scores)} scores for {len(texts)} texts")
    if not all(map(math.isfinite, by_text.values())):
        raise ProviderError("malformed", "a score that is no number")
    return Reranked([by_text[at] for at in range(len(texts))], _used(counted, question, texts))


def _of_body(body: bytes) -> tuple[list[tuple[int, float]], float | None]:
    said = _body.decode(body)
    scores = [(one.index, one.relevance_score) for one in said.results or said.data or ()]
    if said.usage is not None:
        return scores, said.usage.total_tokens
    return scores, said.meta.tokens.input_tokens if said.meta and said.meta.tokens else None


def _of_list(body: bytes) -> tuple[list[tuple[int, float]], float | None]:
    return [(one.index, one.score) for one in _of_tei.decode(body)], None


def _used(counted: float | None, question: str, texts: Sequence[str]) -> Usage:
    """The question is read with each text."""
    if counted and 0 < counted <= MOST_TOKENS:
        return Usage(input_tokens=int(counted))
    read = sum(estimated_tokens(len(question) + len(text)) for text in texts)
    return Usage(input_tokens=read, estimated=True)
