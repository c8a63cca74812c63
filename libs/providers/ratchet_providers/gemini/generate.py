"""generateContent and its stream, wherever Google serves them."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Protocol

from ratchet_providers.base import ModelAnswer, ModelRequest, Piece
from ratchet_providers.chat_shape import choices_in
from ratchet_providers.failing import ProviderError
from ratchet_providers.gemini.answer import understood
from ratchet_providers.gemini.failures import failure
from ratchet_providers.gemini.refusing import refused
from ratchet_providers.gemini.request import body_of
from ratchet_providers.gemini.stream import GeminiStream
from ratchet_providers.gemini.tools import one_at_a_time
from ratchet_providers.transport import BODY_LIMIT, Patience, events, whole
from ratchet_providers.wire import Endpoint, Wire


class Place(Protocol):
    """Where Google's methods are, and what lets in. `ids`: whether it knows function calls by ids."""

    ids: bool

    async def endpoint(self, model: str, method: str) -> Endpoint:
        """Raises ProviderError where there is no key or token."""

    def refused(self) -> None:
        """What lets in did not."""


class GenerateContent:
    """`continues`: the model goes on with what it has said where that is the last turn."""

    def __init__(self, wire: Wire, place: Place, *, continues: bool = False, body_limit: int = BODY_LIMIT) -> None:
        self._wire, self._place = wire, place
        self._continues, self._limit = continues, body_limit

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        body = self._body(request)
        endpoint = await self._place.endpoint(request.model, "generateContent")
        answer = await self._post(endpoint, body, request)
        return understood(answer, request)

    async def stream(self, request: ModelRequest) -> AsyncGenerator[Sequence[Piece], None]:
        body = self._body(request)
        endpoint = await self._place.endpoint(request.model, "streamGenerateContent?alt=sse")
        patience = Patience(request.limits)
        said = GeminiStream(request.model, choices_in(request.fields), one_call=one_at_a_time(request.fields))
        coming = events(self._wire, endpoint, body, request.limits, patience, failing=failure)
        try:
            async with aclosing(coming):
                async for there in coming:
                    if pieces := said.pieces(there):
                        if said.shown:
                            patience.shown()
                        yield pieces
                    if said.done:
                        break
                    if said.whole:
                        patience.ended()
        except ProviderError as error:
            if not said.whole:
                raise self._heard(error) from error.__cause__
        yield [said.closing()]

    async def _post(self, endpoint: Endpoint, body: bytes, request: ModelRequest) -> bytes:
        try:
            limits = request.limits
            return (await whole(self._wire, endpoint, body, limits, limit=self._limit, failing=failure)).body
        except ProviderError as error:
            raise self._heard(error) from error.__cause__

    def _body(self, request: ModelRequest) -> bytes:
        if request.so_far and not self._continues:
            raise refused("so_far", "cannot be: this model does not go on with an answer that was begun.")
        return body_of(request, ids=self._place.ids)

    def _heard(self, error: ProviderError) -> ProviderError:
        if error.kind == "unauthorized":
            self._place.refused()
        return error
