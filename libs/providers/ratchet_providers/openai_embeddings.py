"""Embeddings of any API of OpenAI's shape. The request goes out as it came, the answer comes back as it is."""

from collections.abc import Mapping

import msgspec

from ratchet_common.events import Usage
from ratchet_providers.embedding import EmbeddingRequest, Embeddings, Vector
from ratchet_providers.failing import ProviderError
from ratchet_providers.openai_shaped import OpenAIShaped
from ratchet_providers.transport import BODY_LIMIT, whole
from ratchet_providers.usage import MOST_TOKENS, estimated_tokens
from ratchet_providers.wire import Wire


class _One(msgspec.Struct, frozen=True):
    embedding: Vector
    index: int


class _Counted(msgspec.Struct, frozen=True):
    prompt_tokens: int | None = None


_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_data = msgspec.json.Decoder(list[_One])
_usage = msgspec.json.Decoder(_Counted | None)
_encode = msgspec.json.Encoder().encode


class OpenAIEmbeddings:
    """`api` knows the address and the key; `path` may hold {model}."""

    def __init__(
        self, wire: Wire, api: OpenAIShaped, *, path: str = "/embeddings", body_limit: int = BODY_LIMIT
    ) -> None:
        self._wire, self._api, self._path, self._limit = wire, api, path, body_limit

    async def embed(self, request: EmbeddingRequest) -> Embeddings:
        """Raises ProviderError."""
        endpoint = self._api.endpoint(self._path, request.model)
        answer = await whole(self._wire, endpoint, body_of(request), request.limits, limit=self._limit)
        return understood(answer.body, request)


def body_of(request: EmbeddingRequest) -> bytes:
    """What the caller's request says of a field goes before what was understood of it."""
    said: dict[str, object] = {"model": request.model, "input": request.inputs}
    if request.dimensions is not None:
        said["dimensions"] = request.dimensions
    if request.encoding_format != "float":
        said["encoding_format"] = request.encoding_format
    given = {name: value for name, value in request.fields.items() if name != "model"}
    return _encode(said | given)


def understood(body: bytes, request: EmbeddingRequest) -> Embeddings:
    """Raises ProviderError: malformed, also where there is not one vector for each input."""
    try:
        raw = _fields.decode(body)
        data = _data.decode(raw["data"])
        used = _usage.decode(raw["usage"]) if "usage" in raw else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, KeyError) as error:
        raise ProviderError("malformed", f"embeddings: {type(error).__name__}") from error
    vectors: Mapping[int, Vector] = {one.index: one.embedding for one in data}
    if sorted(vectors) != list(range(len(request.inputs))):
        raise ProviderError("malformed", f"{len(vectors)} vectors for {len(request.inputs)} inputs")
    return Embeddings(
        vectors=[vectors[index] for index in range(len(vectors))],
        usage=_counted(used, request),
        model=request.model,
        body=raw,
    )


def _counted(used: _Counted | None, request: EmbeddingRequest) -> Usage:
    read = used.prompt_tokens if used is not None else None
    if read and 0 < read <= MOST_TOKENS:  # each text has a token: who counts none has not counted
        return Usage(input_tokens=read)
    estimate = sum(estimated_tokens(len(of)) if isinstance(of, str) else len(of) for of in request.inputs)
    return Usage(input_tokens=estimate, estimated=True)
