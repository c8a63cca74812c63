"""Texts as vectors: what is asked and what comes, whoever makes them."""

import base64
import sys
from array import array
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.base import TimeLimits

Inputs = Sequence[str] | Sequence[Sequence[int]]
Vector = list[float] | str
EncodingFormat = Literal["float", "base64"]


class EmbeddingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`inputs`: texts, or each as a list of its model's tokens. `fields`: OpenAI's request as it came, model aside.

    base64 is of 4-byte floats, little endian.
    """

    model: str  # as its provider calls it
    inputs: Inputs
    dimensions: int | None = None
    encoding_format: EncodingFormat = "float"
    limits: TimeLimits = msgspec.field(default_factory=TimeLimits)
    fields: Mapping[str, Any] = msgspec.field(default_factory=dict)


class Embeddings(msgspec.Struct, frozen=True, kw_only=True):
    """`vectors`: one for each input, in that order; floats, or base64 where that was asked for.

    `body`: OpenAI's answer, where the provider gave it so.
    """

    vectors: Sequence[Vector]
    usage: Usage
    model: str
    body: Mapping[str, msgspec.Raw] | None = None
    simulated: bool = False


class Embedding(Protocol):
    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Raises ProviderError."""


def encoded(vector: Sequence[float], as_what: EncodingFormat) -> Vector:
    if as_what == "float":
        return list(vector)
    floats = array("f", vector)
    if sys.byteorder == "big":
        floats.byteswap()
    return base64.b64encode(floats.tobytes()).decode("ascii")


def in_openais_shape(made: Embeddings) -> dict[str, Any]:
    """For callers of /v1/embeddings: the provider's own answer where there is one."""
    if made.body is not None:
        return dict(made.body)
    return {
        "object": "list",
        "data": [
            {"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(made.vectors)
        ],
        "model": made.model,
        "usage": {"prompt_tokens": made.usage.input_tokens, "total_tokens": made.usage.input_tokens},
    }
