"""Batches of OpenAI's shape: a file of requests goes up, a batch names it, a file of answers comes down.

Over our own wire: three calls, and the SDK would bring a second HTTP client and its models into every router.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from datetime import datetime
from typing import Final
from uuid import uuid4

import msgspec

from ratchet_providers import openai_embeddings, openai_responses
from ratchet_providers.batching import (
    BATCH_LIMITS,
    RESULTS_LIMITS,
    RESULTS_MOST,
    BatchAnswer,
    BatchRequest,
    BatchState,
    Result,
    Way,
    way_of,
)
from ratchet_providers.chat_answer import understood
from ratchet_providers.embedding import EmbeddingRequest
from ratchet_providers.failing import ProviderError
from ratchet_providers.http_failures import failure
from ratchet_providers.openai_batch_shape import Batch, Line, Made, Page, Why, named, read
from ratchet_providers.openai_shaped import OpenAIShaped
from ratchet_providers.transport import BODY_LIMIT, lines, whole
from ratchet_providers.wire import Endpoint, Wire

NAME: Final = "ratchet_portion"  # of the metadata that tells our batches
PAGE: Final = 100
AT_ONCE_S: Final = 120  # clocks differ: what was made so long before may be the one that is looked for
PATHS: Final[Mapping[Way, str]] = {
    "chat": "/v1/chat/completions",
    "responses": "/v1/responses",
    "embeddings": "/v1/embeddings",
}
NOTHING_TAKEN: Final = frozenset({"failed"})
LATER: Final = frozenset({"token_limit_exceeded"})  # too much of ours waits there already
_encode = msgspec.json.Encoder().encode


class OpenAIBatches:
    """`bodies` writes the requests as it does outside of batches. `query` as its dialect has it.

    `responses`: it takes batches of /v1/responses as well; where it does not, those go as chat.
    """

    def __init__(
        self,
        wire: Wire,
        base_url: str,
        bodies: OpenAIShaped,
        *,
        query: str = "",
        responses: bool = False,
        body_limit: int = BODY_LIMIT,
    ) -> None:
        self._wire, self._base_url, self._bodies = wire, base_url.rstrip("/"), bodies
        self._query, self._limit, self._responses = query, body_limit, responses

    async def submit(self, name: str, requests: Mapping[str, BatchRequest]) -> str:
        written = []
        for key, request in requests.items():
            written.append(self._line(key, request))
            await asyncio.sleep(0)  # there may be thousands, and others wait
        file = await self._upload(f"{name}.jsonl", b"".join(written))
        asked = {
            "input_file_id": file,
            "endpoint": self._path(next(iter(requests.values()))),
            "completion_window": "24h",
            "metadata": {NAME: name},
        }
        return read(await self._post("/batches", _encode(asked)), Made).id

    async def find(self, name: str, since: datetime) -> str | None:
        """Batches are listed newest first, so older pages are not asked for."""
        after, oldest = "", since.timestamp() - AT_ONCE_S
        while True:
            page = read(await self._get(f"/batches?limit={PAGE}{after}"), Page)
            ours = next((one for one in page.data if (one.metadata or {}).get(NAME) == name), None)
            if ours is not None:
                return ours.id
            if not page.has_more or not page.data or page.data[-1].created_at < oldest:
                return None
            after = f"&after={page.data[-1].id}"

    async def state(self, id: str) -> BatchState:  # noqa: A002  its name there
        batch = await self._batch(id)
        if batch.status.lower() in NOTHING_TAKEN:
            why = next(iter(batch.errors.data if batch.errors else ()), Why())
            return BatchState("failed", said=why.message, later=why.code in LATER)
        return BatchState("running" if batch.is_under_way else "ended")

    async def results(
        self,
        id: str,  # noqa: A002
        requests: Mapping[str, BatchRequest],
    ) -> AsyncGenerator[tuple[str, Result], None]:
        batch = await self._batch(id)
        for file in filter(None, (batch.output_file_id, batch.error_file_id)):
            endpoint = self._endpoint(f"/files/{file}/content", "GET", "")
            async with aclosing(lines(self._wire, endpoint, RESULTS_LIMITS, limit=RESULTS_MOST)) as there:
                async for raw in there:
                    if (key := named(raw)) in requests:
                        yield key, self._result(raw, requests[key])

    async def cancel(self, id: str) -> None:  # noqa: A002
        try:
            await self._post(f"/batches/{id}/cancel", b"{}")
        except ProviderError as error:
            if error.status not in (400, 409):  # it has ended
                raise

    def _path(self, request: BatchRequest) -> str:
        way = way_of(request)
        return PATHS["chat" if way == "responses" and not self._responses else way]

    def _line(self, key: str, request: BatchRequest) -> bytes:
        path = self._path(request)
        body = msgspec.Raw(self._body(request, path))
        return _encode({"custom_id": key, "method": "POST", "url": path, "body": body}) + b"\n"

    def _body(self, request: BatchRequest, path: str) -> bytes:
        if isinstance(request, EmbeddingRequest):
            return openai_embeddings.body_of(request)
        if path == PATHS["responses"]:
            return openai_responses.body_of(request)
        return self._bodies.body(request)

    def _result(self, raw: bytes, request: BatchRequest) -> Result:
        """One that cannot be read fails alone."""
        try:
            line = read(raw, Line)
            if line.response is None:
                expired = isinstance(line.error, dict) and line.error.get("code") == "batch_expired"
                return Result(error=ProviderError("unavailable", "no answer in the batch"), expired=expired)
            body = bytes(line.response.body)
            if line.response.status_code != 200:
                return Result(error=failure(line.response.status_code, {}, body))
            return Result(answer=self._understood(body, request))
        except ProviderError as error:
            return Result(error=error)

    def _understood(self, body: bytes, request: BatchRequest) -> BatchAnswer:
        """Raises ProviderError."""
        if isinstance(request, EmbeddingRequest):
            return openai_embeddings.understood(body, request)
        if self._path(request) == PATHS["responses"]:
            return openai_responses.understood(body, request)
        return understood(body, request)

    async def _batch(self, id: str) -> Batch:  # noqa: A002
        return read(await self._get(f"/batches/{id}"), Batch)

    async def _upload(self, name: str, content: bytes) -> str:
        boundary = uuid4().hex
        body = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/jsonl\r\n\r\n"
        ).encode() + b"%b\r\n--%b--\r\n" % (content, boundary.encode())
        said = await self._call("/files", body, "POST", f"multipart/form-data; boundary={boundary}")
        return read(said, Made).id

    async def _post(self, path: str, body: bytes) -> bytes:
        return await self._call(path, body, "POST", "application/json")

    async def _get(self, path: str) -> bytes:
        return await self._call(path, b"", "GET", "")

    async def _call(self, path: str, body: bytes, method: str, content: str) -> bytes:
        endpoint = self._endpoint(path, method, content)
        once = method == "POST"  # a batch that is made twice is paid for twice
        return (await whole(self._wire, endpoint, body, BATCH_LIMITS, limit=self._limit, only_once=once)).body

    def _endpoint(self, path: str, method: str, content: str) -> Endpoint:
        headers = self._bodies.key_headers() | ({"Content-Type": content} if content else {})
        query = self._query.replace("?", "&") if "?" in path else self._query
        return Endpoint.of(self._base_url + path + query, headers, method=method)
