"""Anthropic's batches of messages. They carry no name of ours but in the names of their requests, which its answers
give back once a batch has ended.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any, Final, Literal

import msgspec

from ratchet_providers.anthropic.failures import failure_in
from ratchet_providers.anthropic.provider import Anthropic
from ratchet_providers.base import ModelRequest
from ratchet_providers.batching import (
    BATCH_LIMITS,
    RESULTS_LIMITS,
    RESULTS_MOST,
    BatchRequest,
    BatchState,
    NotYetKnownError,
    Result,
)
from ratchet_providers.embedding import EmbeddingRequest
from ratchet_providers.failing import ProviderError
from ratchet_providers.transport import BODY_LIMIT, lines, whole
from ratchet_providers.wire import Endpoint, Wire

BATCHES: Final = "/v1/messages/batches"
CLOCKS_DIFFER: Final = timedelta(minutes=2)
PAGE: Final = 100
_encode = msgspec.json.Encoder().encode


class _Batch(msgspec.Struct, frozen=True):
    id: str
    created_at: datetime
    processing_status: Literal["in_progress", "canceling", "ended"] = "in_progress"


class _Page(msgspec.Struct, frozen=True):
    data: list[_Batch]
    has_more: bool = False


class _Outcome(msgspec.Struct, frozen=True):
    type: str  # succeeded, errored, canceled, expired
    message: msgspec.Raw = msgspec.Raw(b"null")
    error: msgspec.Raw = msgspec.Raw(b"null")


class _Line(msgspec.Struct, frozen=True):
    """`result`: unread, since one that cannot be read fails alone. `custom_id`: empty where it does not tell."""

    custom_id: str = ""
    result: msgspec.Raw = msgspec.Raw(b"null")


_batch = msgspec.json.Decoder(_Batch)
_page = msgspec.json.Decoder(_Page)
_line = msgspec.json.Decoder(_Line)
_outcome = msgspec.json.Decoder(_Outcome)


class AnthropicBatches:
    """`messages` writes the requests, and reads the answers, as it does outside of batches.

    Each request goes by its key, which begins with the batch's name in the router's store: so a batch is known again.
    """

    def __init__(self, wire: Wire, base_url: str, messages: Anthropic, *, body_limit: int = BODY_LIMIT) -> None:
        self._wire, self._base_url, self._messages = wire, base_url.rstrip("/"), messages
        self._limit = body_limit

    async def submit(self, name: str, requests: Mapping[str, BatchRequest]) -> str:
        asked = []
        for key, request in requests.items():
            params = msgspec.Raw(_encode(self._messages.body(_message(request))))
            asked.append({"custom_id": f"{name}-{key}", "params": params})
            await asyncio.sleep(0)  # there may be thousands, and others wait
        made: _Batch = _read(_batch, await self._call("POST", "", _encode({"requests": asked})))
        return made.id

    async def find(self, name: str, since: datetime) -> str | None:
        """By the requests' names of each batch since then. Raises NotYetKnownError while one has not ended."""
        unknown = False
        async with aclosing(self._made(since - CLOCKS_DIFFER)) as made:
            async for batch in made:
                if batch.processing_status != "ended":
                    unknown = True
                elif await self._is_ours(batch.id, name):
                    return batch.id
        if unknown:
            raise NotYetKnownError
        return None

    async def state(self, id: str) -> BatchState:  # noqa: A002  its name there
        batch = _read(_batch, await self._call("GET", f"/{id}"))
        return BatchState("ended" if batch.processing_status == "ended" else "running")

    async def results(
        self,
        id: str,  # noqa: A002
        requests: Mapping[str, BatchRequest],
    ) -> AsyncGenerator[tuple[str, Result], None]:
        async with aclosing(self._lines(id)) as there:
            async for line in there:
                key = line.custom_id.split("-", 2)[-1]
                if key in requests:
                    yield key, self._result(line.result, _message(requests[key]))

    async def cancel(self, id: str) -> None:  # noqa: A002
        try:
            await self._call("POST", f"/{id}/cancel", b"{}")
        except ProviderError as error:
            if error.status not in (400, 409):  # it has ended
                raise

    def _result(self, raw: msgspec.Raw, request: ModelRequest) -> Result:
        try:
            said: _Outcome = _read(_outcome, bytes(raw))
            if said.type == "errored":
                return Result(error=failure_in(bytes(said.error)))
            if said.type != "succeeded":
                return Result(error=ProviderError("unavailable", "no answer in the batch"), expired=True)
            return Result(answer=self._messages.understood(bytes(said.message), request))
        except ProviderError as error:
            return Result(error=error)

    async def _made(self, since: datetime) -> AsyncGenerator[_Batch, None]:
        """Newest first."""
        after = ""
        while True:
            page = _read(_page, await self._call("GET", f"?limit={PAGE}{after}"))
            for batch in page.data:
                if batch.created_at < since:
                    return
                yield batch
            if not page.has_more or not page.data:
                return
            after = f"&after_id={page.data[-1].id}"

    async def _lines(self, id: str) -> AsyncGenerator[_Line, None]:  # noqa: A002
        endpoint = self._endpoint("GET", f"/{id}/results")
        async with aclosing(lines(self._wire, endpoint, RESULTS_LIMITS, limit=RESULTS_MOST)) as there:
            async for raw in there:
                yield _line_in(raw)

    async def _is_ours(self, id: str, name: str) -> bool:  # noqa: A002
        """Its first result tells: all requests of a batch are named alike."""
        async with aclosing(self._lines(id)) as there:
            async for line in there:
                if line.custom_id:
                    return line.custom_id.startswith(f"{name}-")
        return False

    async def _call(self, method: str, path: str, body: bytes = b"") -> bytes:
        once = method == "POST"  # a batch that is made twice is paid for twice
        endpoint = self._endpoint(method, path)
        return (await whole(self._wire, endpoint, body, BATCH_LIMITS, limit=self._limit, only_once=once)).body

    def _endpoint(self, method: str, path: str) -> Endpoint:
        headers = self._messages.key_headers("") | ({"Content-Type": "application/json"} if method == "POST" else {})
        return Endpoint.of(self._base_url + BATCHES + path, headers, method=method)


def _message(request: BatchRequest) -> ModelRequest:
    """Raises ProviderError: this API makes no embeddings."""
    if isinstance(request, EmbeddingRequest):
        raise ProviderError("bad_request", "its provider makes no embeddings")
    return request


def _line_in(raw: bytes) -> _Line:
    try:
        return _line.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _Line()


def _read(decoder: Any, body: bytes) -> Any:
    try:
        return decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ProviderError("malformed", type(error).__name__) from error
