"""A gateway of nothing but the translators: /v1/responses over HTTP, with a model that says what it is told to."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import msgspec
from aiohttp import web
from uuid_utils.compat import uuid7

from ratchet_common.errors import RefusedError
from ratchet_common.events import Usage
from ratchet_providers.replay import of_body
from ratchet_router.conversations import Conversations, History, in_conversation
from ratchet_router.shapes.responses.frames import ResponsesFrames
from ratchet_router.shapes.responses.ids import response_id
from ratchet_router.shapes.responses.read import ResponsesRequest, read_responses
from ratchet_router.shapes.responses.response import begun
from ratchet_router.shapes.responses.whole import as_completion, whole
from ratchet_router.shapes.shape import Failure
from tests.unit.router.responses.in_memory import InMemoryConversations

Says = Callable[[list[dict[str, Any]]], dict[str, Any]]  # messages in, the choice out
USED = Usage(input_tokens=7, output_tokens=3)


@dataclass
class Gateway:
    """`says`: the model. `breaks`: a stream fails after so many pieces."""

    says: Says
    breaks: int | None = None
    url: str = ""
    asked: list[ResponsesRequest] = field(default_factory=list)
    conversations: Conversations = field(
        default_factory=lambda: Conversations(
            InMemoryConversations(), kept_for=timedelta(days=1), limit_bytes=1_000_000
        )
    )

    async def create(self, http: web.Request) -> web.StreamResponse:
        request, history = await in_conversation(read_responses(await http.read()), "us", self.conversations)
        request.require_chat()
        self.asked.append(request)
        choice = {"index": 0, "finish_reason": "stop"} | self.says(msgspec.json.decode(request.messages))
        body = {"model": msgspec.Raw(b'"m"'), "choices": msgspec.Raw(msgspec.json.encode([choice]))}
        begins = begun(request.body, response_id=response_id(uuid7()), created_at=int(time.time()))
        if request.stream:
            return await self._streamed(http, request, history, ResponsesFrames(begins), body)
        answer = whole(begins, as_completion(body, "", "", model="m"), USED, now=int(time.time()))
        return web.json_response(body=await self._kept(request, history, msgspec.json.encode(answer)))

    async def _streamed(
        self, http: web.Request, request: ResponsesRequest, history: History, frames: ResponsesFrames, body: Any
    ) -> web.StreamResponse:
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(http)
        pieces = of_body(body, USED)
        for piece in pieces[: self.breaks]:
            await stream.write(frames.said([piece]))
        if self.breaks is None:
            await stream.write(frames.ended(USED, b'{"result_id":"r"}'))
            await self._kept(request, history, frames.response)
        else:
            await stream.write(frames.failed(Failure(503, "providers-down", "It broke off.")))
        return stream

    async def _kept(self, request: ResponsesRequest, history: History, response: bytes) -> bytes:
        if request.store:
            await self.conversations.keep("us", request.user, history, request.items, response)
        return response

    async def retrieve(self, http: web.Request) -> web.Response:
        return web.json_response(body=await self.conversations.response("us", http.match_info["name"]))

    async def delete(self, http: web.Request) -> web.Response:
        return web.json_response(await self.conversations.delete("us", http.match_info["name"]))

    async def items(self, http: web.Request) -> web.Response:
        asked: dict[str, Any] = dict(http.query)
        how = asked | ({"limit": int(asked["limit"])} if "limit" in asked else {})
        return web.json_response(await self.conversations.input_items("us", http.match_info["name"], **how))


@web.middleware
async def in_openais_shape(request: web.Request, handler: Any) -> web.StreamResponse:
    try:
        answer: web.StreamResponse = await handler(request)
    except RefusedError as error:
        code = getattr(error, "code", error.type)
        said = {"message": error.detail, "type": "x", "param": getattr(error, "param", None), "code": code}
        return web.json_response({"error": said}, status=error.status)
    return answer


@asynccontextmanager
async def running(gateway: Gateway) -> AsyncIterator[Gateway]:
    app = web.Application(middlewares=[in_openais_shape])
    app.router.add_post("/v1/responses", gateway.create)
    app.router.add_get("/v1/responses/{name}", gateway.retrieve)
    app.router.add_delete("/v1/responses/{name}", gateway.delete)
    app.router.add_get("/v1/responses/{name}/input_items", gateway.items)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    gateway.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield gateway
    finally:
        await runner.cleanup()
