"""How Google is asked for vectors: by contents, or of Vertex's older models by `predict`. Pure."""

from collections.abc import Sequence
from typing import Any

import msgspec

from ratchet_providers.embedding import EmbeddingRequest
from ratchet_providers.gemini.embeddings import Made, Way
from ratchet_providers.gemini.shape import Said

_encode = msgspec.json.Encoder().encode


class _Values(Said, frozen=True, kw_only=True):
    values: list[float]


class _Counted(Said, frozen=True, kw_only=True):
    prompt_token_count: int | None = None


class _BatchEmbedded(Said, frozen=True, kw_only=True):
    embeddings: list[_Values]
    usage_metadata: _Counted | None = None


class _Statistics(msgspec.Struct, frozen=True):
    token_count: float | None = None


class _Embedded(msgspec.Struct, frozen=True):
    values: list[float]
    statistics: _Statistics | None = None


class _Prediction(msgspec.Struct, frozen=True):
    embeddings: _Embedded


class _Predicted(msgspec.Struct, frozen=True):
    predictions: list[_Prediction]


_batch_embedded = msgspec.json.Decoder(_BatchEmbedded)
_predicted = msgspec.json.Decoder(_Predicted)


class ByContents:
    """A text that is too long is to be refused, as elsewhere: Vertex would cut it off and say nothing."""

    method = "batchEmbedContents"

    def __init__(self, *, on_vertex: bool) -> None:
        self._on_vertex = on_vertex

    def body(self, texts: Sequence[str], request: EmbeddingRequest) -> bytes:
        length = {} if request.dimensions is None else {"outputDimensionality": request.dimensions}
        how = _purpose(request, "taskType") | length
        if self._on_vertex:
            same: dict[str, Any] = {"embedContentConfig": how | {"autoTruncate": False}}
        else:
            same = {"model": request.model if "/" in request.model else f"models/{request.model}"} | how
        return _encode({"requests": [same | {"content": {"parts": [{"text": text}]}} for text in texts]})

    def made(self, body: bytes) -> Made:
        said = _batch_embedded.decode(body)
        counted = said.usage_metadata.prompt_token_count if said.usage_metadata else None
        return Made([embedding.values for embedding in said.embeddings], counted)


class Predicting:
    method = "predict"

    def body(self, texts: Sequence[str], request: EmbeddingRequest) -> bytes:
        length = {} if request.dimensions is None else {"outputDimensionality": request.dimensions}
        purpose = _purpose(request, "task_type")
        instances = [{"content": text} | purpose for text in texts]
        return _encode({"instances": instances, "parameters": {"autoTruncate": False} | length})

    def made(self, body: bytes) -> Made:
        embedded = [prediction.embeddings for prediction in _predicted.decode(body).predictions]
        counts = [each.statistics.token_count for each in embedded if each.statistics]
        known = [int(count) for count in counts if count is not None]
        return Made([each.values for each in embedded], sum(known) if len(known) == len(embedded) else None)


def _purpose(request: EmbeddingRequest, task_type: str) -> dict[str, Any]:
    """What the texts are for, as Google names it, where the caller said so."""
    said = {task_type: request.fields.get("task_type"), "title": request.fields.get("title")}
    return {name: value for name, value in said.items() if value is not None}


def of_developers(model: str) -> Way:  # noqa: ARG001  all of them
    return ByContents(on_vertex=False)


def of_vertex(model: str) -> Way:
    return ByContents(on_vertex=True) if "gemini" in model else Predicting()
