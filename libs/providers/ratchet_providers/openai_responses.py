"""Providers that speak OpenAI's /v1/responses themselves: who asks in that shape is answered in it, untranslated."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any, Final

import msgspec

from ratchet_providers.base import ModelAnswer, ModelRequest, Native, Piece
from ratchet_providers.carried_calls import without
from ratchet_providers.failing import ProviderError
from ratchet_providers.openai_shaped import OPENAIS, Dialect, OpenAIShaped
from ratchet_providers.responses_stream import ResponsesStream, answered
from ratchet_providers.secrets import Secret
from ratchet_providers.transport import BODY_LIMIT, Patience, events, whole
from ratchet_providers.usage import counted_or_estimated
from ratchet_providers.wire import Endpoint, Wire

PATH: Final = "/responses"
OUR_OWN_FIELDS: Final = frozenset({"model", "stream", "ratchet"})
_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])
_encode = msgspec.json.Encoder().encode


class OpenAIResponses:
    """Constructed as OpenAIShaped, which answers whoever asks in another shape."""

    def __init__(
        self, wire: Wire, base_url: str, key: Secret, dialect: Dialect = OPENAIS, *, body_limit: int = BODY_LIMIT
    ) -> None:
        self._chat = OpenAIShaped(wire, base_url, key, dialect, body_limit=body_limit)
        self._wire, self._key, self._limit = wire, key, body_limit

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        native = _native(request)
        if native is None:
            return await self._chat.answer(request)
        body = _body(native, request.model, stream=False)
        try:
            said = await whole(self._wire, self._endpoint(request, native), body, request.limits, limit=self._limit)
        except ProviderError as error:
            raise self._heard(error) from error.__cause__
        return understood(said.body, request)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        native = _native(request)
        coming = self._chat.stream(request) if native is None else self._events(request, native)
        async with aclosing(coming) as there:
            async for pieces in there:
                yield pieces

    async def _events(self, request: ModelRequest, native: Native) -> AsyncGenerator[Sequence[Piece], None]:
        endpoint, body = self._endpoint(request, native), _body(native, request.model, stream=True)
        patience = Patience(request.limits)
        said = ResponsesStream()
        try:
            async with aclosing(events(self._wire, endpoint, body, request.limits, patience)) as coming:
                async for there in coming:
                    pieces = said.pieces(there)
                    if said.shown:
                        patience.shown()
                    if pieces:
                        yield pieces
                    if said.done:
                        break
        except ProviderError as error:
            raise self._heard(error) from error.__cause__
        said.ended()

    def _endpoint(self, request: ModelRequest, native: Native) -> Endpoint:
        return _with(self._chat.endpoint(PATH, request.model), native.headers)

    def _heard(self, error: ProviderError) -> ProviderError:
        if error.kind == "unauthorized":
            self._key.forget()
        return error


def _native(request: ModelRequest) -> Native | None:
    """Not where the model is to go on with what was shown: only chat has words for that."""
    native = request.native
    return native if native is not None and native.shape == "responses" and not request.so_far else None


def _body(native: Native, model: str, *, stream: bool) -> bytes:
    given = {name: without(value) for name, value in native.fields.items() if name not in OUR_OWN_FIELDS}
    said: dict[str, Any] = {"model": model, **given}
    return _encode(said | {"stream": True} if stream else said)


def _with(endpoint: Endpoint, headers: Mapping[str, str]) -> Endpoint:
    """The headers before the last line, whose length is yet to come. What would break the request is left out."""
    lines = [f"{name}: {value}" for name, value in headers.items()]
    fit = [line for line in lines if line.isascii() and line.isprintable()]
    if not fit:
        return endpoint
    start, _, last = endpoint.head.rpartition(b"\r\n")
    return Endpoint(endpoint.origin, b"\r\n".join([start, *(line.encode() for line in fit), last]))


def body_of(request: ModelRequest) -> bytes:
    """Of a request that came in this shape, as it goes out for a whole answer."""
    native = _native(request)
    if native is None:
        raise ProviderError("bad_request", "it did not come in the shape of responses")
    return _body(native, request.model, stream=False)


def understood(body: bytes, request: ModelRequest) -> ModelAnswer:
    """Raises ProviderError: malformed, or what the response says of its failure."""
    said = answered(body)
    finish, output = said.finish, said.text
    if said.output is None:
        raise ProviderError("malformed", "a response without an output")
    return ModelAnswer(
        output=output,
        usage=counted_or_estimated(said.used, request.messages, len(output), request.fields),
        model=request.model,
        finish=finish,
        body=_fields.decode(body),
        shape="responses",
    )
